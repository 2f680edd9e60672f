using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>
/// Algorithm 4 of Optimistic Meta-Gradients made for training (PAPERS 3.2): steps are taken by a learner z, gradients at the weighted average xbar of its iterates, or close to it, and the
/// rate of the steps is learned from the meta-gradient of the whole path. With y = (1 - b) z + b xbar, where theta is, and d_t = y_t - rule(y_t):
/// z' = z - w_t d_t; xbar' = xbar + c_t (z' - xbar), c_t = (p + 1)/(t + p), so that xbar weighs z_t by about t^p.
/// </summary>
/// <remarks>
/// <para>w = scale times share. y is affine in past rates, so its Jacobian in the logarithm of the scale is known: e = (1 - b) e_z + b e_x with e_z' = gamma e_z - w d,
/// e_x' = gamma (1 - c) e_x + c e_z'. The meta-gradient is &lt;g_t, e_t&gt;, for nothing: ln scale -= beta cos(g_t, e_t). Shares move by what g_t o e_t is in the mean
/// over its size: share *= (1 + u/2)/(1 - u/2), u = -beta_e m/(sqrt v + sqrt(mean v)) in [-1, 1], m and v averages of g o e (.9) and of its square (.99) with Adam's corrections.
/// Optimistic: step t takes ln scale - beta cos(g_t, e'), e' the Jacobian of the step to come (the hint of PAPERS 3.3, D_{t+1}^T g_t), which is not added up;
/// and the shares that would follow if g_t o e' came next, which are not kept. A move is at most 3 times the root mean square of the last ones (.9): a scale may have grown
/// while gradients were small.</para>
/// <para>theta, where training measures and what it leaves behind, is y; xbar is <see cref="Average"/>. The rule sets theta from z and xbar, so it must be the outermost: rules around it that
/// move theta themselves are undone.</para>
/// <para>Differs from the paper: Algorithm 4 applies phi at xbar and forgets z; here z goes on, and the Jacobian with it, as in Algorithm 1 seen over many steps. Meta-gradients are
/// normalized, rates kept by logarithm. Gradients are taken a little ahead of the average, b &lt; 1 (at b = 1 it hardly moves; b = 0 is no averaging). Curvature is left out of e, as in
/// every first-order meta-gradient, but for this: where &lt;g, e&gt; &gt; 0, the path overshot, and e loses its part along g, e_z and e_x -= g &lt;g, e&gt;/&lt;g, g&gt;. Without it a scale falls for good
/// after an overshoot, since the path behind stays as it is (docs/experiments/0008).</para>
/// <para>A run that carries the state of the one before keeps scale and shares, and begins a new average.</para>
/// <para>Cost: no gradient but the step's own. State: ln scale, mean square of moves, z, xbar, e_z, e_x; shares and two averages if element-wise; then the rule's. No meta-parameters of its own but online_rate and meta_rate.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AveragedRate<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int OwnMetas = 2;
    private readonly RuleMetas<T> _metas;
    private readonly ConditionalWeakTable<ParameterLayout, AveragedRatePlan<T>> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, AveragedRatePlan<T>>.CreateValueCallback _plan;

    /// <summary>Averages the iterates of a rule's steps and learns their rate.</summary>
    /// <param name="rule">The rule whose steps are scaled; gradient descent of rate 1 for rates of its own.</param>
    /// <param name="options">Rate to start from and the rest.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public AveragedRate(UpdateRule<T> rule, AveragedRateOptions options)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(options);
        AveragedRateChecks.Require(options);
        rule.RequireGradientsAtTheta("averaged-rate", nameof(rule));
        Rule = rule;
        Options = options;
        _metas = new RuleMetas<T>("averaged-rate", []).Positive("online_rate", options.Rate).NotNegative("meta_rate", options.MetaRate).Checked();
        _plan = layout => new AveragedRatePlan<T>(Options, Rule, layout);
    }

    /// <summary>The rule whose steps are scaled.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>The options.</summary>
    public AveragedRateOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => $"averaged-rate({Rule.Name})";

    /// <inheritdoc/>
    public override bool ChangesGradient => Rule.ChangesGradient;

    /// <inheritdoc/>
    protected override string Reason => "it learns its rates while it runs";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [.. Rule.MetaSpecs(layout), .. _metas.Specs];

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => PlanOf(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => PlanOf(layout).ScratchLength;

    /// <summary>xbar, the weighted average of the learner's iterates, as it lies in a state.</summary>
    /// <param name="layout">Parameters.</param>
    /// <param name="state">The rule's state.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public ReadOnlySpan<T> Average(ParameterLayout layout, ReadOnlySpan<T> state)
    {
        AveragedRatePlan<T> plan = PlanOf(layout);
        RequireLength("state entries", state.Length, plan.StateLength);
        return state.Slice(plan.MeanStart, plan.N);
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        AveragedRatePlan<T> plan = PlanOf(context.Layout);
        RequireLengths(context, x, plan.MetaLength + OwnMetas, plan.StateLength, plan.ScratchLength);
        AveragedRateState<T> s = plan.Parts(x.State);
        AveragedRateScratch<T> work = plan.Scratch(context.Scratch, x.Gradient);
        x.Theta.CopyTo(work.Old);
        if (context.Step == 0)
            s.Start(x.Theta, context.Age == 0);
        Rule.Step(context.For(context.Meta[..plan.MetaLength], work.Rule), x.WithState(plan.RuleStart, plan.RuleState));
        new AveragedStep<T>(Options, context.Step, double.CreateTruncating(context.Meta[^2]), double.CreateTruncating(context.Meta[^1])).Take(s, work, x.Theta);
    }

    private AveragedRatePlan<T> PlanOf(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _plan);
    }
}
