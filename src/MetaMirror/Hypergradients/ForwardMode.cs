using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Forward mode: carries Z_t = dtheta_t/dmu along, Z_{t+1} = A_t Z_t + B_t, with M Hessian-vector products a step and M copies of
/// (theta, state); memory does not grow with T (PAPERS 1.3, 5.3). For few meta-parameters.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="clipping">
/// Bound on each entry of the products H dtheta, positive: derivatives of SGD that grew by a factor every step then grow linearly, and are exact no longer (Micaelli and Storkey 2021). Default: null, exact.
/// </param>
/// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
public sealed class ForwardMode<T>(double? clipping = null) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double? _clipping = clipping is null or > 0 ? clipping : throw new ArgumentOutOfRangeException(nameof(clipping), clipping, "Products are clipped at a positive bound.");
    private readonly T[] _scale = new T[1];
    private readonly T[] _dScale = new T[1];
    private readonly T[] _aLoss = new T[1];
    private T[] _dTheta = [];
    private T[] _dInitial = [];
    private T[] _dGradient = [];
    private T[] _dState = [];
    private T[] _ownState = [];
    private T[] _unit = [];
    private T[] _aTheta = [];
    private T[] _aGradient = [];
    private T[] _aInitial = [];
    private T[] _mixed = [];

    /// <inheritdoc/>
    public override string Name => _clipping is null ? "forward" : "forward, products clipped";

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new ForwardMode<T>(_clipping);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Descent<T> descent = problem.Descent;
        int n = descent.Layout.Length;
        int s = descent.State.Length;
        int m = meta.Length;
        Plan(n, s, m);
        problem.Start(meta, run);
        _dState = descent.Unroll.Carry == StateCarry.CarryDifferentiable ? problem.StateTangents(m * s) : _ownState;
        if (descent.Unroll.Carry != StateCarry.CarryDifferentiable || !descent.IsCarrying)
            Array.Clear(_dState);
        for (int k = 0; k < m; k++)
        {
            Unit(k);
            problem.InitialPoint.Jvp(meta.Slice((ReadOnlySpan<T>)_unit, MetaPlace.InitialPoint), Row(_dTheta, k, n));
        }

        _dTheta.AsSpan(0, m * n).CopyTo(_dInitial);
        double value = 0;
        while (descent.Position < descent.Unroll.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!descent.Evaluate())
                return Report(double.NaN, descent.Divergence());
            observer?.Visit(descent.Point(), descent.State);
            PushGradient(descent, meta, n, m);
            if (metaObjective.HasPathTerm)
            {
                value += metaObjective.PathTerm(descent.Point(), meta);
                AddPathTangents(descent, metaObjective, meta, indirect, direct);
            }

            PushStep(descent, meta, n, s, m);
            descent.Advance();
        }

        if (!Vectors.AllFinite(descent.Theta))
            return Report(double.NaN, descent.Divergence());
        observer?.Finish(descent.Initial, descent.Theta);
        RunEnds<T> ends = EndsOf(problem, metaObjective);
        value += metaObjective.FinalTerm(ends, meta);
        Span<T> aTheta = _aTheta.AsSpan(0, n);
        Span<T> aInitial = _aInitial.AsSpan(0, n);
        aTheta.Clear();
        aInitial.Clear();
        metaObjective.AddFinalGradient(ends, meta, aInitial, aTheta, direct);
        for (int k = 0; k < m; k++)
        {
            double d = Vectors.Dot<T>(aTheta, Row(_dTheta, k, n)) + Vectors.Dot<T>(aInitial, Row(_dInitial, k, n));
            indirect[k] += T.CreateChecked(d);
        }

        return Report(value, new DescentResult(descent.Position, Diverged: false, Tensor: null));
    }

    /// <summary>dg = H dtheta + (d2L/dtheta dmu) dmu for all m tangents.</summary>
    private void PushGradient(Descent<T> descent, MetaParameters<T> meta, int n, int m)
    {
        descent.HessianVectorProducts(descent.Position, descent.Theta, m, _dTheta.AsSpan(0, m * n), _dGradient.AsSpan(0, m * n));
        if (_clipping is { } most)
            ClipByValue<T>.Clip(_dGradient.AsSpan(0, m * n), T.CreateSaturating(most));
        ReadOnlySpan<T> objectiveMeta = meta.Of(MetaPlace.Objective);
        for (int k = meta.StartOf(MetaPlace.Objective); k < m; k++)
        {
            Unit(k);
            descent.Objective.AddMixedProduct(
                descent.Theta, objectiveMeta, descent.Batch, meta.Slice((ReadOnlySpan<T>)_unit, MetaPlace.Objective), Row(_dGradient, k, n));
        }
    }

    private void PushStep(Descent<T> descent, MetaParameters<T> meta, int n, int s, int m)
    {
        // Jvp promises not to change x; copies keep the descent's own buffers out of reach.
        Span<T> theta = _mixed.AsSpan(0, n);
        Span<T> gradient = _mixed.AsSpan(n, n);
        Span<T> state = _mixed.AsSpan(2 * n, s);
        descent.Theta.CopyTo(theta);
        descent.Gradient.CopyTo(gradient);
        descent.State.CopyTo(state);
        StepContext<T> context = descent.ContextAt(descent.Position, descent.Loss);
        for (int k = 0; k < m; k++)
        {
            Unit(k);
            _scale[0] = T.One;
            _dScale[0] = T.Zero;
            descent.Rule.Jvp(
                context, new Iterate<T>(theta, gradient, _scale, state), meta.Slice((ReadOnlySpan<T>)_unit, MetaPlace.Rule),
                new Iterate<T>(Row(_dTheta, k, n), Row(_dGradient, k, n), _dScale, Row(_dState, k, s)));
        }
    }

    private void AddPathTangents(Descent<T> descent, MetaObjective<T> metaObjective, MetaParameters<T> meta, Span<T> indirect, Span<T> direct)
    {
        int n = descent.Layout.Length;
        Span<T> aTheta = _aTheta.AsSpan(0, n);
        Span<T> aGradient = _aGradient.AsSpan(0, n);
        aTheta.Clear();
        aGradient.Clear();
        _aLoss[0] = T.Zero;
        metaObjective.AddPathGradient(
            descent.Point(), meta, new PathCotangent<T> { Theta = aTheta, Gradient = aGradient, Loss = _aLoss, Meta = direct });
        if (_aLoss[0] != T.Zero)
        {
            Vectors.AddScaled(_aLoss[0], descent.Gradient, aTheta);
            descent.Objective.AddMetaGradient(
                descent.Theta, meta.Of(MetaPlace.Objective), descent.Batch, _aLoss[0], meta.Slice(indirect, MetaPlace.Objective));
        }

        for (int k = 0; k < meta.Length; k++)
            indirect[k] += T.CreateChecked(Vectors.Dot<T>(aTheta, Row(_dTheta, k, n)) + Vectors.Dot<T>(aGradient, Row(_dGradient, k, n)));
    }

    private void Unit(int k)
    {
        Array.Clear(_unit);
        _unit[k] = T.One;
    }

    private static Span<T> Row(T[] matrix, int row, int length) => matrix.AsSpan(row * length, length);

    private void Plan(int n, int s, int m)
    {
        Grow(ref _dTheta, checked(m * n));
        Grow(ref _dInitial, checked(m * n));
        Grow(ref _dGradient, checked(m * n));
        Grow(ref _ownState, checked(m * s));
        Grow(ref _aTheta, n);
        Grow(ref _aGradient, n);
        Grow(ref _aInitial, n);
        Grow(ref _mixed, (2 * n) + s);
        if (_unit.Length != m)
            _unit = new T[m];
    }

    private unsafe HypergradientReport Report(double value, DescentResult inner) =>
        new(Name, value, inner, 0, 0, sizeof(T) * ((3L * _dTheta.Length) + _dState.Length + (4L * _aTheta.Length)));
}
