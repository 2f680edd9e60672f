using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Averages the iterates of a rule, the later ones more: z' = rule(z, gradient at z), theta' = theta + c_t (z' - theta), c_t = (p + 1)/(t + p + 1), t from 0: polynomial-decay averaging
/// (Shamir and Zhang 2013, arXiv:1212.1824, section 4, with eta = p), which weighs z_t by about t^p. theta starts at z, and so moves with it in the first steps.
/// </summary>
/// <remarks>
/// <para>theta is the average: what is evaluated, tested and deployed. Gradients are asked for at z (<see cref="GradientPoint"/>), which training loops heed. So no rule that reads or moves theta may stand
/// beside it in a chain (weight decay goes inside), and batch statistics of a network are those at z.</para>
/// <para>The average goes over about the last t/(p + 1) steps, whatever the planned length of the run (beyond it c_t stays as it is, and the average is an exponential one): it takes out noise of batches that a decaying step would, and follows the run where it is fast.</para>
/// <para>No meta-parameters of its own. State: z, shape [n], then the rule's. A run that carries the state of the one before begins a new average at its theta.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AveragedIterates<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Averages the iterates of a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="power">p, at least 0 and finite: 0 is the plain mean of all iterates, 8 about the mean of the last ninth. Default 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not.</exception>
    /// <exception cref="ArgumentException">The rule takes gradients elsewhere than at its own theta.</exception>
    public AveragedIterates(UpdateRule<T> rule, double power = 8)
    {
        ArgumentNullException.ThrowIfNull(rule);
        rule.RequireGradientsAtTheta("averaged-iterates", nameof(rule));
        if (!(power >= 0 && double.IsFinite(power)))
            throw new ArgumentOutOfRangeException(nameof(power), power, "The power of averaged iterates must be at least 0 and finite.");
        Rule = rule;
        Power = power;
    }

    /// <summary>The rule whose iterates are averaged.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>p.</summary>
    public double Power { get; }

    /// <inheritdoc/>
    public override string Name => $"averaged-iterates({Rule.Name})";

    /// <inheritdoc/>
    public override bool ChangesGradient => Rule.ChangesGradient;

    /// <inheritdoc/>
    public override bool LooksElsewhere => true;

    /// <inheritdoc/>
    protected override string Reason => "its gradients are not taken at theta";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => Rule.MetaSpecs(layout);

    /// <inheritdoc/>
    public override UpdateRule<T>? Resized(ParameterLayout layout) => Rule.Resized(layout) is { } rule ? new AveragedIterates<T>(rule, Power) : null;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(layout.Length + Rule.StateLength(layout));
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => Rule.ScratchLength(layout);

    /// <summary>z.</summary>
    /// <inheritdoc/>
    public override void GradientPoint(in StepContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<T> point)
    {
        RequireLength("state entries", state.Length, StateLength(context.Layout));
        (IsStart(context) ? theta : state[..theta.Length]).CopyTo(point);
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        context.Layout.RequireLength(x.Theta.Length, nameof(x));
        RequireLength("state entries", x.State.Length, StateLength(context.Layout));
        Span<T> z = x.State[..x.Theta.Length];
        if (IsStart(context))
            x.Theta.CopyTo(z);
        Rule.Step(context, new Iterate<T>(z, x.Gradient, x.Scale, x.State[z.Length..]));
        T share = T.CreateTruncating((Power + 1) / (context.Step + Power + 1));
        Vectors.LinearCombination(T.One - share, x.Theta, share, z, x.Theta);
    }

    /// <summary>A run begins: theta = z.</summary>
    private static bool IsStart(in StepContext<T> context) => context.Step == 0 || context.Age == 0;
}
