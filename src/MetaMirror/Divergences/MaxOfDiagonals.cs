using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>Where the potential max_j 1/2 (theta - c)^T P_j (theta - c) has its center c.</summary>
public enum Center
{
    /// <summary>c = theta_1, the first point of the run: shift invariant, and B(u||theta_1) = max_j 1/2 ||u - theta_1||_{P_j}^2.</summary>
    Start,

    /// <summary>c = 0, as printed in Eq. 6.</summary>
    Origin,
}

/// <summary>How <see cref="MaxOfDiagonals{T}"/> steps.</summary>
public enum MaxStep
{
    /// <summary>The mirror step itself: a dual vector is carried and phi* is evaluated (PAPERS 6.2).</summary>
    Exact,

    /// <summary>Eq. 7-8 as printed: the metric of the component that is largest at theta_t. Not a mirror step of this phi.</summary>
    Printed,
}

/// <summary>Which components carried a point (Figure 5 of MetaMD v1).</summary>
/// <param name="Largest">The component with the largest q_j = 1/2 (theta - c)^T P_j (theta - c); the first at a tie.</param>
/// <param name="Support">Number of components with positive weight.</param>
/// <param name="IsDegenerate">A component without weight (to rounding) ties with the largest: there the step's derivative is one-sided.</param>
public readonly record struct MaxActivation(int Largest, int Support, bool IsDegenerate);

/// <summary>
/// phi(theta) = max_j 1/2 (theta - c)^T P_j (theta - c) over N positive diagonals P_j (MetaMD v1 Eq. 6-8, convention C1).
/// Meta-parameters <c>j.tensor</c>, j from 0, component after component.
/// </summary>
/// <remarks>
/// <para>phi is lambda-strongly convex in the 2-norm with lambda = min_{j,i} P_ji (or the estimate chosen), and 1-strongly convex in
/// ||.||_Pmin, Pmin_i = min_j P_ji, whose dual norm is ||g||_{Pmin^-1}.</para>
/// <para>State: exact step (z [n], weights a [N], c [n] if centered at the start); printed step (c [n] if centered at the start). The exact step
/// reads z, not theta: a rule that moves theta between two steps is not seen by it.</para>
/// <para>Differs from the paper: the exact step is the default because Eq. 7-8 is no mirror step and can walk away from a minimizer; the
/// center is theta_1; B is the exact Bregman divergence, not Eq. 14; there is the factor 1/2 of convention C1 (PAPERS 6.1, 6.2).</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class MaxOfDiagonals<T> : Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A component with less weight than this whose q_j comes this close to the largest, relatively, is counted as a tie without weight.</summary>
    private const double TieTolerance = 1e-9;

    private readonly double _initial;
    private readonly double _spread;
    private readonly ulong _seed;
    private readonly ImmutableArray<T> _metrics;

    /// <summary>P_j = exp(s_j), s_j ~ N(log initial, spread^2) for every entry: equal starts would never separate. Not in the paper.</summary>
    /// <param name="components">N, 1 to 16.</param>
    /// <param name="initial">Median of the entries, positive.</param>
    /// <param name="spread">Standard deviation of their logarithm, not negative.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="center">c.</param>
    /// <param name="step">Which step.</param>
    /// <param name="lambda">How lambda is computed. Default: the smallest entry.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public MaxOfDiagonals(
        int components, double initial = 1, double spread = 0.1, ulong seed = 0, Center center = Center.Start, MaxStep step = MaxStep.Exact, StrongConvexityEstimate? lambda = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components, MaxConjugate<T>.MaximumComponents);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initial);
        ArgumentOutOfRangeException.ThrowIfNegative(spread);
        Components = components;
        Center = center;
        Kind = step;
        Lambda = lambda ?? StrongConvexityEstimate.MinimumSquared;
        _initial = initial;
        _spread = spread;
        _seed = seed;
    }

    /// <summary>Starts at given metrics: P_0, then P_1, ..., shape [N x n].</summary>
    /// <exception cref="ArgumentOutOfRangeException">N is not 1 to 16.</exception>
    public MaxOfDiagonals(int components, ImmutableArray<T> initial, Center center = Center.Start, MaxStep step = MaxStep.Exact, StrongConvexityEstimate? lambda = null)
        : this(components, 1, 0, 0, center, step, lambda) => _metrics = initial;

    /// <summary>N.</summary>
    public int Components { get; }

    /// <summary>c.</summary>
    public Center Center { get; }

    /// <summary>Which step.</summary>
    public MaxStep Kind { get; }

    /// <summary>How lambda is computed.</summary>
    public StrongConvexityEstimate Lambda { get; }

    /// <inheritdoc/>
    public override string Name => Kind == MaxStep.Exact ? "max-of-diagonals" : "max-of-diagonals-printed";

    /// <inheritdoc/>
    public override bool IsExactMirrorStep => Kind == MaxStep.Exact;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The number of start values is not N times the number of parameters.</exception>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        int n = layout.Length;
        ImmutableArray<T> initial = _metrics.IsDefault ? Draw(n) : _metrics;
        if (initial.Length != Components * n)
            throw new ArgumentException($"{Name} has {initial.Length} start values, expected {Components} x {n} ({layout}).", nameof(layout));
        return
        [
            .. Enumerable.Range(0, Components).SelectMany(j => layout.Blocks.Select(b => new MetaParameterSpec<T>(
                FormattableString.Invariant($"{j}.{b.Name}"), b.Shape, MetaTransform.Log, initial[((j * n) + b.Offset)..((j * n) + b.Offset + b.Length)]))),
        ];
    }

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return (Kind == MaxStep.Exact ? layout.Length + Components : 0) + (Center == Center.Start ? layout.Length : 0);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return 2 * layout.Length;
    }

    /// <inheritdoc/>
    public override void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        Check(context, theta.Length, state.Length);
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        if (Kind == MaxStep.Exact)
            ExactStep(context, eta, gradient, theta, state);
        else
            PrintedStep(context, eta, gradient, theta, state);
    }

    /// <inheritdoc/>
    /// <remarks>On the active face {a_j &gt; 0}; where a component without weight ties, the derivative is one-sided (<see cref="Activation"/> tells).</remarks>
    public override void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        Check(context, theta.Length, state.Length);
        if (Kind == MaxStep.Exact)
            ExactJvp(context, eta, gradient, theta, state, metaTangent, dEta, dGradient, dTheta, dState);
        else
            PrintedJvp(context, eta, gradient, theta, state, metaTangent, dEta, dGradient, dTheta, dState);
    }

    /// <inheritdoc/>
    public override void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        Check(context, theta.Length, state.Length);
        if (Kind == MaxStep.Exact)
            ExactVjp(context, eta, gradient, theta, state, aTheta, aState, aGradient, aMeta, aEta);
        else
            PrintedVjp(context, eta, gradient, theta, state, aTheta, aState, aGradient, aMeta, aEta);
    }

    /// <summary>
    /// The components' weights at a point of a run: a of the exact step that led to it, or all weight on the largest component for the printed
    /// step and for a first point away from the center. At the center itself no component is preferred: 1/N each.
    /// </summary>
    /// <param name="context">Age must be that of theta and state: 0 at the run's first point.</param>
    /// <param name="theta">theta_t, shape [n].</param>
    /// <param name="state">The state that belongs to it.</param>
    /// <param name="weights">Shape [N], overwritten.</param>
    public MaxActivation Activation(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<double> weights)
    {
        Check(context, theta.Length, state.Length);
        int n = context.Layout.Length;
        ReadOnlySpan<T> center = CenterOf(context, theta, state);
        Span<double> q = stackalloc double[Components];
        for (int j = 0; j < Components; j++)
            q[j] = Quadratic(MetricOf(context.Meta, n, j), theta, center);
        int largest = IndexOfFirstLargest(q);
        weights.Clear();
        if (q[largest] == 0)
            weights.Fill(1.0 / Components);
        else if (Kind == MaxStep.Printed || context.Age == 0)
            weights[largest] = 1;
        else
            Widen(state.Slice(n, Components), weights);
        int support = 0;
        bool degenerate = false;
        for (int j = 0; j < Components; j++)
        {
            support += weights[j] > 0 ? 1 : 0;
            degenerate |= weights[j] <= TieTolerance && q[j] >= q[largest] * (1 - TieTolerance);
        }

        return new MaxActivation(largest, support, degenerate);
    }

    private ImmutableArray<T> Draw(int n)
    {
        var stream = new RandomStream(new StreamKey(_seed, 0, 0, StreamPurpose.MetaParameters, 0));
        var values = ImmutableArray.CreateBuilder<T>(Components * n);
        for (int k = 0; k < Components * n; k++)
            values.Add(T.CreateChecked(_initial * Math.Exp(_spread * stream.NextNormal())));
        return values.MoveToImmutable();
    }

    private void Check(in DivergenceContext<T> context, int length, int stateLength)
    {
        context.Layout.RequireLength(length, "theta");
        if (context.Meta.Length != Components * length)
            throw new ArgumentException($"{Name} got {context.Meta.Length} meta-parameters, expected {Components} x {length}.", nameof(context));
        if (stateLength != StateLength(context.Layout))
            throw new ArgumentException($"{Name} got a state of length {stateLength}, expected {StateLength(context.Layout)}.", nameof(context));
    }

    /// <summary>Where c lies in the state; only for <see cref="Center.Start"/>.</summary>
    private int CenterOffset(int n) => Kind == MaxStep.Exact ? n + Components : 0;

    /// <summary>c at a point of a run; empty means the origin.</summary>
    private ReadOnlySpan<T> CenterOf(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state)
    {
        if (Center == Center.Origin)
            return [];
        return context.Age == 0 ? theta : state.Slice(CenterOffset(theta.Length), theta.Length);
    }
}
