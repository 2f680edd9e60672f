using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// A rule with mirror descent inside, given s_t g_t for g_t: s_t is computed from the gradient's local dual norm G_t = ||g_t||_* (for a metric, sqrt(&lt;g_t, P^-1 g_t&gt;)) in the
/// divergence of that mirror descent, one number for all tensors (PAPERS 6.8 a). Variants say which s.
/// </summary>
/// <remarks>
/// Meta-parameters: those of the rule inside, then radius (tau). State: that of the rule inside, then, if the variant needs it, G_{t-1}^2. Derivatives
/// are exact in g, tau and the divergence's meta-parameters. Put schedules and transforms of the loss (weight decay) before it, hints inside it.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class DualNormScaling<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConditionalWeakTable<ParameterLayout, Plan> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, Plan>.CreateValueCallback _plan;
    private readonly MetaParameterSpec<T> _radius;

    /// <summary>Takes the rule inside and tau.</summary>
    /// <param name="rule">The rule that gets the scaled gradient, with a mirror descent inside.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="radius">tau, positive.</param>
    /// <param name="learn">True to learn tau.</param>
    /// <exception cref="ArgumentOutOfRangeException">tau is not positive and finite.</exception>
    protected DualNormScaling(UpdateRule<T> rule, string name, double radius, bool learn)
    {
        ArgumentNullException.ThrowIfNull(rule);
        rule.RequireGradientsAtTheta(name, nameof(rule));
        _radius = new RuleMetas<T>(name, learn ? ["radius"] : []).Positive("radius", radius).Specs[0];
        Rule = rule;
        _plan = layout => new Plan(this, layout);
    }

    /// <summary>The rule inside.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>True if s depends on the dual norm of the step before.</summary>
    public abstract bool UsesPrevious { get; }

    /// <inheritdoc/>
    public sealed override bool IsDifferentiable => Rule.IsDifferentiable;

    /// <inheritdoc/>
    public sealed override bool PullsBackByGradientAlone => !UsesPrevious && Rule.PullsBackByGradientAlone;

    /// <inheritdoc/>
    public sealed override MirrorView<T>? Mirror(ParameterLayout layout)
    {
        Plan plan = PlanOf(layout);
        return plan.View with { Company = [new(this, plan.MetaLength, Follows: false), .. plan.View.Company] };
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [.. Rule.MetaSpecs(layout), _radius];

    /// <inheritdoc/>
    public sealed override int StateLength(ParameterLayout layout) => PlanOf(layout).StateLength + (UsesPrevious ? 1 : 0);

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout)
    {
        Plan plan = PlanOf(layout);
        return checked((2 * layout.Length) + plan.View.MetaLength + plan.SharedLength);
    }

    /// <summary>s and its partial derivatives.</summary>
    /// <param name="square">N_t = G_t^2.</param>
    /// <param name="previous">N_{t-1}; 0 at the first step, and where the variant doesn't use it.</param>
    /// <param name="radius">tau.</param>
    public abstract GradientFactor Factor(double square, double previous, double radius);

    /// <inheritdoc/>
    public sealed override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        Plan plan = PlanAt(context, x, context.Meta.Length);
        GradientFactor s = FactorAt(plan, context, x, out double square);
        if (s.Value != 1)
            Vectors.Scale(T.CreateTruncating(s.Value), x.Gradient);
        Rule.Step(plan.Inside(context), x.WithState(0, plan.StateLength));
        if (UsesPrevious)
            x.State[^1] = T.CreateTruncating(square);
    }

    /// <inheritdoc/>
    public sealed override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Plan plan = PlanAt(context, x, metaTangent.Length);
        GradientFactor s = FactorAt(plan, context, x, out _);
        Iterate<T> inside = plan.Scaled(context, x, s.Value);
        double dSquare = s.BySquare != 0 || UsesPrevious ? SquareTangent(plan, context, x, inside, s, tangent, metaTangent) : 0, dPrevious = 0;
        if (UsesPrevious)
        {
            dPrevious = double.CreateTruncating(tangent.State[^1]);
            tangent.State[^1] = T.CreateTruncating(dSquare);
        }

        double ds = (s.BySquare * dSquare) + (s.ByPrevious * dPrevious) + (s.ByRadius * double.CreateTruncating(metaTangent[^1]));

        // ds / s times s g: ds alone may leave the range of T where g is tiny.
        if (s.Value != 1)
            Vectors.LinearCombination(T.CreateTruncating(s.Value), tangent.Gradient, T.CreateTruncating(s.Value > 0 ? ds / s.Value : 0), inside.Gradient, tangent.Gradient);
        Rule.Jvp(plan.Inside(context), inside, metaTangent[..^1], tangent.WithState(0, plan.StateLength));
    }

    /// <inheritdoc/>
    public sealed override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Plan plan = PlanAt(context, x, metaCotangent.Length);
        GradientFactor s = FactorAt(plan, context, x, out _);
        Iterate<T> inside = plan.Scaled(context, x, s.Value);
        Rule.Vjp(plan.Inside(context), inside, cotangent.WithState(0, plan.StateLength), metaCotangent[..^1]);
        double aFactor = Vectors.Dot<T>(cotangent.Gradient, x.Gradient);
        if (s.Value != 1)
            Vectors.Scale(T.CreateTruncating(s.Value), cotangent.Gradient);
        metaCotangent[^1] += T.CreateTruncating(aFactor * s.ByRadius);
        Span<T> aMetric = metaCotangent.Slice(plan.View.MetaStart, plan.View.MetaLength);
        if (UsesPrevious)
        {
            T aSquare = cotangent.State[^1];
            cotangent.State[^1] = T.CreateTruncating(aFactor * s.ByPrevious);
            plan.View.Divergence.AddDualNormSquaredGradient(plan.Geometry(context), x.Gradient, aSquare, cotangent.Gradient, aMetric);
        }

        if (s.BySquare != 0)
        {
            // N is quadratic in g: its slopes at s g, divided by s and s^2, stay in the range of T where g is tiny.
            double weight = aFactor * s.BySquare / s.Value;
            plan.View.Divergence.AddDualNormSquaredGradient(plan.Geometry(context), inside.Gradient, T.CreateTruncating(weight), cotangent.Gradient, []);
            plan.View.Divergence.AddDualNormSquaredGradient(plan.Geometry(context), inside.Gradient, T.CreateTruncating(weight / s.Value), [], aMetric);
        }
    }

    /// <summary>dN, from the slopes at s g.</summary>
    private static double SquareTangent(
        Plan plan, in StepContext<T> context, in Iterate<T> x, in Iterate<T> inside, GradientFactor s, in Iterate<T> tangent, ReadOnlySpan<T> metaTangent)
    {
        Span<T> aG = context.Scratch.Slice(x.Gradient.Length, x.Gradient.Length), aMeta = context.Scratch.Slice(2 * x.Gradient.Length, plan.View.MetaLength);
        aG.Clear();
        aMeta.Clear();
        plan.View.Divergence.AddDualNormSquaredGradient(plan.Geometry(context), inside.Gradient, T.One, aG, aMeta);
        return (Vectors.Dot<T>(aG, tangent.Gradient) / s.Value) + (Vectors.Dot<T>(aMeta, metaTangent.Slice(plan.View.MetaStart, plan.View.MetaLength)) / (s.Value * s.Value));
    }

    private GradientFactor FactorAt(Plan plan, in StepContext<T> context, in Iterate<T> x, out double square)
    {
        square = plan.View.Divergence.DualNormSquared(plan.Geometry(context), x.Gradient);
        return Factor(square, UsesPrevious ? double.CreateTruncating(x.State[^1]) : 0, double.CreateTruncating(context.Meta[^1]));
    }

    private Plan PlanOf(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _plan);
    }

    private Plan PlanAt(in StepContext<T> context, in Iterate<T> x, int tangents)
    {
        Plan plan = PlanOf(context.Layout);
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        RequireLength("meta-parameters", context.Meta.Length, plan.MetaLength + 1);
        RequireLength("meta-parameters", tangents, plan.MetaLength + 1);
        RequireLength("state entries", x.State.Length, plan.StateLength + (UsesPrevious ? 1 : 0));
        return plan;
    }

    /// <summary>The rule inside for one layout. Scratch: the scaled gradient, a gradient of N in g and in the divergence's meta-parameters, then what rule and divergence share.</summary>
    private sealed class Plan
    {
        public Plan(DualNormScaling<T> owner, ParameterLayout layout)
        {
            View = owner.Rule.Mirror(layout)
                ?? throw new ArgumentException($"The {owner.Name} measures gradients in the divergence of a mirror descent; the rule '{owner.Rule.Name}' has none, or several.", nameof(owner));
            MetaLength = owner.Rule.MetaSpecs(layout).Sum(s => s.Length);
            StateLength = owner.Rule.StateLength(layout);
            SharedLength = Math.Max(owner.Rule.ScratchLength(layout), View.Divergence.ScratchLength(layout));
        }

        public MirrorView<T> View { get; }

        public int MetaLength { get; }

        public int StateLength { get; }

        public int SharedLength { get; }

        public StepContext<T> Inside(in StepContext<T> context) => context.For(context.Meta[..^1], Shared(context));

        public DivergenceContext<T> Geometry(in StepContext<T> context) =>
            new() { Layout = context.Layout, Meta = context.Meta.Slice(View.MetaStart, View.MetaLength), Scratch = Shared(context), Age = context.Age };

        /// <summary>The values that the rule inside sees.</summary>
        public Iterate<T> Scaled(in StepContext<T> context, in Iterate<T> x, double factor)
        {
            Span<T> gradient = x.Gradient, state = x.State[..StateLength];
            if (factor != 1)
            {
                gradient = context.Scratch[..x.Gradient.Length];
                x.Gradient.CopyTo(gradient);
                Vectors.Scale(T.CreateTruncating(factor), gradient);
            }

            return new Iterate<T>(x.Theta, gradient, x.Scale, state);
        }

        private Span<T> Shared(in StepContext<T> context) => context.Scratch.Slice((2 * context.Layout.Length) + View.MetaLength, SharedLength);
    }
}
