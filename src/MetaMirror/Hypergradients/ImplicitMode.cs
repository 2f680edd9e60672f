using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;

namespace MetaMirror.Hypergradients;

/// <summary>Which linear system implicit differentiation solves, and how.</summary>
public enum ImplicitMethod
{
    /// <summary>
    /// Fixed point of the update, (I - dPhi/dtheta)^T p = dE/dtheta by the Neumann series: i iterations give i + 1 terms (PAPERS 5.2). The step size is in
    /// Phi, so no factor is left over. 0 iterations: T1-T2, the inverse is the identity (Luketina et al. 2016).
    /// </summary>
    Neumann,

    /// <summary>The same system by the iteration p = dPhi/dtheta^T p + dE/dtheta.</summary>
    FixedPoint,

    /// <summary>The same system by conjugate gradients on its normal equations.</summary>
    NormalConjugateGradient,

    /// <summary>Stationarity, H z = dE/dtheta by conjugate gradients. Only meta-parameters of the objective get a gradient.</summary>
    ConjugateGradient,

    /// <summary>
    /// Stationarity by the Neumann series z = alpha sum_j (I - alpha H)^j dE/dtheta (Lorraine et al. 2020), alpha = 1 / ||H|| estimated by power
    /// iteration, so that it converges wherever H is positive definite. 0 iterations: z = alpha dE/dtheta.
    /// </summary>
    StationarityNeumann,
}

/// <summary>
/// Implicit differentiation at theta_T, memory independent of T: for the update theta = Phi(theta, mu), dE/dmu = q_mu + (dPhi/dmu)^T p with
/// (I - dPhi/dtheta)^T p = q_theta (PAPERS 2.3, 5.2; Clarke et al. 2022); or, by conjugate gradients, for the condition grad L = 0.
/// </summary>
/// <remarks>
/// At an exact minimizer the gradient is zero, so step sizes and metrics have an implicit hypergradient of exactly zero: the fixed point
/// does not depend on them (PAPERS 2.3; <see cref="ProximalMode{T}"/> is not zero there). The initial point enters where E names it, never through the fixed point. The report says how far theta_T is from a fixed point.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="method">System and solver.</param>
/// <param name="iterations">Most iterations of the solver.</param>
/// <param name="tolerance">Relative residual at which it stops; 0 runs exactly <paramref name="iterations"/> (Neumann and fixed point: a chosen truncation).</param>
/// <param name="damping">Added to the diagonal by the conjugate gradient methods.</param>
public sealed class ImplicitMode<T>(ImplicitMethod method, int iterations = 200, double tolerance = 1e-10, double damping = 0) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[] _scratch = [];
    private T[] _right = [];
    private T[] _solution = [];
    private T[] _initial = [];
    private ImplicitSystem<T>? _system;

    /// <inheritdoc/>
    public override string Name => method switch
    {
        ImplicitMethod.Neumann => $"implicit-neumann-{iterations}",
        ImplicitMethod.FixedPoint => $"implicit-fixed-point-{iterations}",
        ImplicitMethod.NormalConjugateGradient => "implicit-normal-cg",
        ImplicitMethod.StationarityNeumann => $"implicit-stationarity-neumann-{iterations}",
        _ => "implicit-cg",
    };

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new ImplicitMode<T>(method, iterations, tolerance, damping);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Descent<T> descent = problem.Descent;
        if (!descent.Unroll.FullBatch)
            throw new ArgumentException("Implicit hypergradients need full batches: with mini-batches the update has no fixed point.", nameof(problem));
        if (metaObjective.HasPathTerm)
            throw new ArgumentException($"Implicit hypergradients see the end of a run only; '{metaObjective.Name}' has terms along the path.", nameof(metaObjective));
        problem.Start(meta, run);
        DescentResult inner = descent.Run(observer, cancellationToken);
        if (inner.Diverged || !descent.Evaluate())
            return new HypergradientReport(Name, double.NaN, inner.Diverged ? inner : descent.Divergence(), 0, 0, 0);

        int n = descent.Layout.Length;
        bool stationarity = method is ImplicitMethod.ConjugateGradient or ImplicitMethod.StationarityNeumann;
        int length = stationarity ? n : n + descent.State.Length;
        Grow(ref _right, length);
        Grow(ref _solution, length);
        Grow(ref _initial, n);
        Grow(ref _scratch, 5 * length);
        Array.Clear(_right);
        Array.Clear(_initial);
        RunEnds<T> ends = EndsOf(problem, metaObjective);
        double value = metaObjective.FinalTerm(ends, meta);
        metaObjective.AddFinalGradient(ends, meta, _initial.AsSpan(0, n), _right.AsSpan(0, n), direct);

        if (_system is null || !_system.Serves(descent, meta))
            _system = new ImplicitSystem<T>(descent, meta);
        _system.Linearize();
        ReadOnlySpan<T> right = _right.AsSpan(0, length);
        Span<T> p = _solution.AsSpan(0, length);
        p.Clear();
        SolveReport solver = method switch
        {
            ImplicitMethod.Neumann => new NeumannSeries<T>(iterations, 1, tolerance).Solve(_system.Transpose, right, p, _scratch),
            ImplicitMethod.FixedPoint => new FixedPointIteration<T>(iterations, tolerance).Solve(_system.UpdateTranspose, right, p, _scratch),
            ImplicitMethod.NormalConjugateGradient =>
                new NormalConjugateGradient<T>(tolerance, iterations, damping).Solve(_system.Transpose, _system.Forward, right, p, _scratch),
            ImplicitMethod.StationarityNeumann => new NeumannSeries<T>(iterations, 1 / SpectralNorm(), tolerance).Solve(_system.Hessian, right, p, _scratch),
            _ => new ConjugateGradient<T>(tolerance, iterations, damping).Solve(_system.Hessian, right, p, _scratch),
        };
        if (stationarity)
            _system.AddStationarityGradient(p, indirect);
        else
            _system.AddUpdateGradient(p, indirect);
        problem.InitialPoint.AddVjp(_initial.AsSpan(0, n), meta.Slice(indirect, MetaPlace.InitialPoint));
        return new HypergradientReport(Name, value, inner, 0, 0, Bytes, solver) { FixedPointResidual = _system.Residual };
    }

    /// <summary>About ||H||_2: power iteration from a fixed start, within a few percent, and a series converges below twice the inverse.</summary>
    private double SpectralNorm()
    {
        const int rounds = 12;
        LinearOperator<T> h = _system!.Hessian;
        Span<T> x = _scratch.AsSpan(0, h.Length), y = _scratch.AsSpan(h.Length, h.Length);
        new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.Noise, 0)).FillNormal(x);
        double norm = 0;
        for (int i = 0; i < rounds; i++)
        {
            double length = Math.Sqrt(Vectors.SquaredNorm<T>(x));
            if (!(length > 0 && double.IsFinite(length)))
                break;
            Vectors.Scale(T.CreateChecked(1 / length), x);
            h.Apply(x, y);
            norm = Math.Max(norm, Math.Sqrt(Vectors.SquaredNorm<T>(y)));
            y.CopyTo(x);
        }

        return norm > 0 && double.IsFinite(norm) ? norm : 1;
    }

    private unsafe long Bytes => sizeof(T) * ((long)_scratch.Length + _right.Length + _solution.Length + _initial.Length + (_system?.Length ?? 0));
}
