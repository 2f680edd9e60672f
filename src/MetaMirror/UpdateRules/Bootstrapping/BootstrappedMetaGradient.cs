using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>
/// A rule whose step sizes are learned while it runs, by bootstrapped meta-gradients (BMG, Flennerhag et al. 2022; PAPERS 3.2 Algorithm 3, section 4): the learner takes K + L - 1 steps
/// x_{k+1} = x_k - w d_k, d_k = x_k - rule(x_k), and from where it arrives the target's rule takes one more, to z. Then w moves so that the K-th state would have come nearer to z:
/// along G = -dmu(z, x^(K))/dw, z held fixed, and the learner goes on from x^(K+L-1). Without a target: the plain meta-gradient, G = -df(x^(K))/dw (Algorithm 1).
/// </summary>
/// <remarks>
/// <para>Reverse through K steps: G += v d_k, then v += (rule's transpose - 1)(w v) + H_k a for k = K - 1, ..., 1, where a is what the rule's transpose gives for the gradient: one
/// Hessian-vector product on the batch of each such step, none for K = 1. The rule's own state (momentum, moments) is differentiated too, from the start of the cycle.</para>
/// <para>The gradient of the target's step is that of the learner's next one: K = 1 in the Euclidean norm costs no gradient beyond training's. Matching outputs costs one gradient and
/// one forward pass a cycle. Differs from the paper: there the target is computed on data of its own.</para>
/// <para>Meta-parameters: the rule's, the target's ("target." in front), online_rate (w_1) and meta_rate (beta). Give the rule the learning rate 1. State in vectors of n
/// parameters: w, what normalizes, d_0, (2 + the rule's state)(K - 1), 1 if L > 1, and the states of rule and target. A run that goes on with a carried state begins a cycle.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class BootstrappedMetaGradient<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int OwnMetas = 2;
    private readonly ConditionalWeakTable<ParameterLayout, BootstrapPlan<T>> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, BootstrapPlan<T>>.CreateValueCallback _plan;

    /// <summary>Learns the rates of a rule.</summary>
    /// <param name="rule">The rule whose steps are scaled; differentiable if K > 1, and it must not look ahead then.</param>
    /// <param name="target">The rule of the target's step, its learning rate alpha; null for the plain meta-gradient.</param>
    /// <param name="options">K, L, meta rate and the rest.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or the choices don't fit together.</exception>
    public BootstrappedMetaGradient(UpdateRule<T> rule, UpdateRule<T>? target, BootstrapOptions options)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(options);
        (Rule, Target, Options) = (rule, target, options);
        BootstrapChecks.Require(Name, rule, target, options);
        IReadOnlyList<MetaParameterSpec<T>> own = new RuleMetas<T>(Name, []).Positive("online_rate", options.Rate).NotNegative("meta_rate", options.MetaRate).Specs;
        _plan = layout => new BootstrapPlan<T>(rule, target, own, options, layout);
    }

    /// <summary>The rule whose steps are scaled.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>The rule of the target's step; null for the plain meta-gradient.</summary>
    public UpdateRule<T>? Target { get; }

    /// <summary>The options.</summary>
    public BootstrapOptions Options { get; }

    /// <summary>K + L - 1, steps from one meta-update to the next.</summary>
    public int Cycle => checked(Options.LearnedSteps + Options.TargetSteps - 1);

    /// <inheritdoc/>
    public override string Name => $"{(Target is null ? "meta-gradient" : "bootstrapped")}({Rule.Name})";

    /// <inheritdoc/>
    public override bool ChangesGradient => Rule.ChangesGradient;

    /// <inheritdoc/>
    protected override string Reason => "it learns its rates while it runs";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => PlanOf(layout).Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => PlanOf(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => PlanOf(layout).ScratchLength;

    /// <summary>The rates used last, as they lie in a state: one, one for each tensor, or one for each parameter. All zeros before the first step.</summary>
    /// <param name="layout">Parameters.</param>
    /// <param name="state">The rule's state.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public ReadOnlySpan<T> Rates(ParameterLayout layout, ReadOnlySpan<T> state)
    {
        BootstrapPlan<T> plan = PlanOf(layout);
        RequireLength("state entries", state.Length, plan.StateLength);
        return state.Slice(2, plan.Rates);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">K > 1, or outputs are to be matched, and gradients come from outside.</exception>
    /// <exception cref="NonFiniteGuessException">The target, or the gradient of the distance to it, is not finite; nothing was changed.</exception>
    /// <exception cref="ArgumentException">Outputs are to be matched and the objective has none; or a length is wrong.</exception>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        BootstrapPlan<T> plan = PlanAt(context, x);
        BootstrapState<T> s = plan.Parts(x.State);
        BootstrapScratch<T> work = plan.Scratch(context.Scratch);
        if (context.Age == 0)
            s.W.Fill(context.Meta[^2]);

        // A run begins a cycle, also one that goes on with a carried state: the steps before were another run's.
        int phase = context.Step == 0 ? 0 : int.CreateTruncating(s.Counts[0]);
        bool ends = phase == Cycle;
        if (Target is not null && (ends || plan.TargetState > 0))
            Aim(plan, context, x, work);
        if (ends)
        {
            Learn(plan, context, x, s, work);
            phase = 0;
        }

        Span<T> state = x.State.Slice(plan.RuleStart, plan.RuleState);
        if (phase > 0 && phase < Options.LearnedSteps)
            Keep(x, state, plan.Kept(s, phase));
        if (phase == Options.LearnedSteps && !s.End.IsEmpty)
            x.Theta.CopyTo(s.End);
        x.Theta.CopyTo(work.Old);
        Rule.Step(context.For(context.Meta[..plan.RuleMeta], work.Part), x.WithState(plan.RuleStart, plan.RuleState));
        Span<T> d = phase == 0 ? s.First : default;
        if (ends && plan.LearnsWhileMoving)
            RateVector<T>.UpdateAndMove(MapAt(context, s.Counts[1]), s.W, s.Norm, work.V, d, work.Old, x.Theta);
        else if (plan.Groups.IsEmpty)
            RateVector<T>.Move(work.Old, s.W, x.Theta, d);
        for (int j = 0; j < plan.Groups.Length; j++)
        {
            (int start, int length) = plan.Groups[j];
            RateVector<T>.Move(work.Old.Slice(start, length), s.W.Slice(j, 1), x.Theta.Slice(start, length), d.IsEmpty ? d : d.Slice(start, length));
        }

        s.Counts[0] = T.CreateChecked(phase + 1);
    }

    private static void Keep(in Iterate<T> x, ReadOnlySpan<T> state, in Iterate<T> kept)
    {
        x.Theta.CopyTo(kept.Theta);
        x.Gradient.CopyTo(kept.Gradient);
        kept.Scale[0] = x.Scale[0];
        state.CopyTo(kept.State);
    }

    private BootstrapPlan<T> PlanOf(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _plan);
    }

    private BootstrapPlan<T> PlanAt(in StepContext<T> context, in Iterate<T> x)
    {
        BootstrapPlan<T> plan = PlanOf(context.Layout);
        RequireLengths(context, x, plan.MetaLength, plan.StateLength, plan.ScratchLength);
        if (Options.LearnedSteps == 1 && Options.Matching == TargetMatching.Euclidean)
            return plan;
        string what = Options.Matching == TargetMatching.Outputs ? "matches outputs" : "differentiates several steps";
        if (context.Probe is null)
            throw new InvalidOperationException($"{Name} {what}, which needs the objective; here gradients come from outside. Choose K = 1 and the Euclidean norm.");
        if (Options.Matching == TargetMatching.Outputs && !context.Probe.MatchesOutputs)
            throw new ArgumentException($"{Name} {what}, but the objective {context.Probe.ObjectiveName} has none; expected one of a network or a regression, or the Euclidean norm.", nameof(context));
        return plan;
    }
}
