using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>
/// A rule whose step sizes are learned while it runs (PAPERS 3.2, 3.4, 3.5): with d_t = theta_t - rule(theta_t), theta_{t+1} = theta_t - w_t d_t, where w is one rate, one for
/// each tensor or one for each parameter. The meta-learner's loss is h_t(w) = f(theta_t - w d_t), so its slope G = -dh_t/dw = d_t g_{t+1} (summed over those that share the rate)
/// is known at the next step for nothing. Over SGD of rate 1: hypergradient descent (Baydin et al. 2018), w_t = w_{t-1} + beta &lt;g_t, g_{t-1}&gt;.
/// </summary>
/// <remarks>
/// <para>Optimistic: w_t = w_{t-1} + beta (G_t + M_{t+1} - M_t), where M_{t+1} guesses the next slope, M_1 = 0 (<see cref="RateHint"/>). Forms and normalizations: see
/// <see cref="RateForm"/> and <see cref="RateNormalization"/>; docs/online.md has the formulas.</para>
/// <para>Every run begins at w_1 with no slopes, also where the rule inside carries the state of the run before: its last displacement is of another point.</para>
/// <para>Meta-parameters: those of the rule inside, then online_rate (w_1) and meta_rate (beta). State: the rates, what normalizes them, the sum of slopes (anchored), d_t,
/// the hint, then the rule's. At w = 1 the step is the rule's own, bit for bit. Put hints and schedules inside, so that the gradient met here is the loss's.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class OnlineRate<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int OwnMetas = 2;
    private readonly RuleMetas<T> _metas;
    private readonly ConditionalWeakTable<ParameterLayout, OnlineRatePlan<T>> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, OnlineRatePlan<T>>.CreateValueCallback _plan;

    /// <summary>Adapts the rates of a rule.</summary>
    /// <param name="rule">The rule whose steps are scaled.</param>
    /// <param name="options">Meta rate and the rest.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or the choices don't fit together.</exception>
    public OnlineRate(UpdateRule<T> rule, OnlineRateOptions options)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(options);
        OnlineRateChecks.Require(options);
        rule.RequireGradientsAtTheta("online-rate", nameof(rule));
        RateMap<T>.RequireBounds("online-rate", options.Lowest, options.Highest);
        if (rule is Averaging.AveragedRate<T>)
            throw new ArgumentException($"Expected a rule without rates of its own, found {rule.Name}: it sets theta from its average, so steps of another length are undone.", nameof(rule));
        Rule = rule;
        Options = options;
        _metas = new RuleMetas<T>("online-rate", options.Learn).Positive("online_rate", options.Rate).NotNegative("meta_rate", options.MetaRate).Checked();
        _plan = layout => new OnlineRatePlan<T>(Options, Rule, layout);
    }

    /// <summary>The rule whose steps are scaled.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>The options.</summary>
    public OnlineRateOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => $"online-rate({Rule.Name})";

    /// <inheritdoc/>
    /// <remarks>False with a hint that looks ahead: the gradient there would need the Hessian. False with a memory: its guard opens and shuts.</remarks>
    public override bool IsDifferentiable => Options.Hint != RateHint.LookAhead && Options.Memory == 0 && Rule.IsDifferentiable;

    /// <inheritdoc/>
    public override bool ChangesGradient => Rule.ChangesGradient;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [.. Rule.MetaSpecs(layout), .. _metas.Specs];

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
        OnlineRatePlan<T> plan = PlanOf(layout);
        RequireLength("state entries", state.Length, plan.StateLength);
        return state[..plan.Rates];
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It looks ahead, and gradients come from outside.</exception>
    /// <exception cref="NonFiniteGuessException">The gradient ahead is not finite; nothing was changed.</exception>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        OnlineRatePlan<T> plan = PlanAt(context, x);
        OnlineRateState<T> s = plan.Parts(x.State);
        OnlineRateScratch<T> work = plan.Scratch(context.Scratch, x.Gradient);
        x.Theta.CopyTo(work.Old);
        if (context.Step == 0)
            ClearMeta(s);
        bool looks = plan.LooksAhead && context.Step > 0;
        if (looks)
        {
            work.Before[0] = x.Scale[0];
            x.State.Slice(s.RuleStart, plan.RuleState).CopyTo(work.Before[1..]);
        }

        Rule.Step(context.For(context.Meta[..plan.MetaLength], work.Rule), x.WithState(s.RuleStart, plan.RuleState));
        if (looks)
            LookAhead(plan, context, s, work, x);
        RateMap<T> map = MapAt(context);
        if (Options.Granularity == RateGranularity.Element)
            StepElements(plan, context, s, work, x.Theta, map);
        else
            StepGroups(plan, context, s, work, x.Theta, map);
    }

    /// <summary>The gradient where the present rates would lead.</summary>
    private void LookAhead(OnlineRatePlan<T> plan, in StepContext<T> context, in OnlineRateState<T> s, in OnlineRateScratch<T> work, in Iterate<T> x)
    {
        Vectors.Subtract(work.Old, x.Theta, work.Point);
        if (Options.Granularity == RateGranularity.Element)
            Vectors.Multiply(s.W, work.Point, work.Point);
        for (int k = 0; k < plan.Groups.Length; k++)
            Vectors.Scale(s.W[k], work.Point.Slice(plan.Groups[k].Start, plan.Groups[k].Length));
        Vectors.Subtract(work.Old, work.Point, work.Point);
        context.Probe!.Evaluate(work.Point, work.Ahead);
        if (Vectors.AllFinite<T>(work.Ahead))
            return;

        // As before the step: theta, gradient, scale, the rule's state.
        work.Old.CopyTo(x.Theta);
        if (plan.CopiesGradient)
            work.Gradient.CopyTo(x.Gradient);
        x.Scale[0] = work.Before[0];
        work.Before[1..].CopyTo(x.State[s.RuleStart..]);
        NonFiniteGuessException.ThrowIf<T>(Name, "The hint, the gradient ahead,", context, work.Ahead);
    }

    private RateMap<T> MapAt(in StepContext<T> context) =>
        RateMap<T>.At(Options.Form, Options.Normalization, context.Meta[^2], context.Meta[^1], Options.Lowest, Options.Highest, Options.NormAveraging, context.Step) with
        {
            DeadZone = T.CreateTruncating(Options.DeadZone),
        };

    private HintMap<T> Guess()
    {
        T keep = T.CreateTruncating(Options.HintAveraging);
        return new HintMap<T> { Kind = Options.Hint, IsPresent = Options.HintAtPresentStep, Keep = keep, Take = T.One - keep };
    }

    private OnlineRatePlan<T> PlanOf(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _plan);
    }

    private OnlineRatePlan<T> PlanAt(in StepContext<T> context, in Iterate<T> x)
    {
        OnlineRatePlan<T> plan = PlanOf(context.Layout);
        RequireLengths(context, x, plan.MetaLength + OwnMetas, plan.StateLength, plan.ScratchLength);
        if (plan.LooksAhead && context.Probe is null)
            throw new InvalidOperationException($"{Name} looks ahead, which needs gradients at points of its own; here gradients come from outside. Choose another hint.");
        return plan;
    }
}
