using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>
/// The proximal hypergradient, iMAML in the learned metric (PAPERS 2.4, 5.2): not the run but theta_* = argmin L(theta) + gamma B_phi(theta || theta_1) is
/// differentiated, gamma = 1 / (eta horizon): the implicit mirror step that is as long as <c>horizon</c> explicit ones of the rule. With
/// Delta = theta_* - theta_1, z = (H + gamma P)^-1 q_theta: dE/dmu = q_mu - z^T (gamma dP/dmu Delta), and through gamma to eta, through gamma P z to theta_1.
/// </summary>
/// <remarks>
/// At convergence it is not zero, unlike the fixed point of the update (<see cref="ImplicitMode{T}"/>): theta_* keeps a memory of metric and start.
/// theta_* is found by Newton's method to the stated residual; <see cref="HypergradientReport.InnerSolver"/> tells how. Where it or the linear solve
/// fails there is no hypergradient: zeros, and a verdict. Memory does not depend on the horizon.
/// Differs from the paper: iMAML has P = I, one SGD step on the proximal term and a damped system; here theta_* is what its formula says.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="horizon">Explicit steps that the proximal step stands for, above 0; null: those of the run.</param>
/// <param name="tolerance">Relative residual of theta_* and of the linear solve; null: 1e-11 in double, 1e-4 in float.</param>
/// <param name="maximumSteps">Most Newton steps.</param>
/// <param name="maximumProducts">Most Hessian-vector products of the linear solve.</param>
public sealed class ProximalMode<T>(double? horizon = null, double? tolerance = null, int maximumSteps = 100, int maximumProducts = 1000) : Hypergradient<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double? _horizon = horizon is null or (> 0 and < double.PositiveInfinity)
        ? horizon
        : throw new ArgumentOutOfRangeException(nameof(horizon), horizon, "The horizon must be finite and above 0, or null for the steps of the run.");

    private readonly double _tolerance = tolerance is null or (> 0 and < 1)
        ? tolerance ?? (typeof(T) == typeof(double) ? 1e-11 : 1e-4)
        : throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "The tolerance must lie between 0 and 1, or be null for the default.");

    private Descent<T>? _descent;
    private MirrorView<T> _mirror = null!;
    private BregmanProximal<T> _objective = null!;
    private NewtonMinimizer<T> _newton = null!;
    private T[] _meta = [];
    private T[] _metaCotangent = [];
    private T[] _theta = [];
    private T[] _right = [];
    private T[] _z = [];
    private T[] _initial = [];
    private T[] _scratch = [];

    /// <inheritdoc/>
    public override string Name => "implicit-proximal";

    private protected override bool DifferentiatesRule => false;

    /// <inheritdoc/>
    public override Hypergradient<T> ForThread() => new ProximalMode<T>(_horizon, _tolerance, maximumSteps, maximumProducts);

    private protected override HypergradientReport ComputeCore(
        InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        Descent<T> descent = problem.Descent;
        if (!descent.Unroll.FullBatch)
            throw new ArgumentException("The proximal hypergradient needs full batches: its point minimizes one fixed function.", nameof(problem));
        if (metaObjective.HasPathTerm)
            throw new ArgumentException($"The proximal hypergradient sees the end of a run only; '{metaObjective.Name}' has terms along the path.", nameof(metaObjective));
        Plan(problem);
        problem.Start(meta, run);
        double eta = double.CreateChecked(meta.Of(MetaPlace.Rule)[_mirror.RateIndex]), gamma = 1 / (eta * (_horizon ?? descent.Unroll.Steps));
        Assemble(meta, T.CreateChecked(gamma), descent.Initial);
        descent.Initial.CopyTo(_theta);
        SolveReport inner = _newton.Solve(_theta, _meta, cancellationToken);
        if (!Vectors.AllFinite<T>(_theta) || inner.Status == SolveStatus.Diverged)
            return Report(double.NaN, new DescentResult(inner.Iterations, Diverged: true, "proximal point"), null, inner);
        descent.Restore(descent.Unroll.Steps, _theta, descent.Memory);
        observer?.Finish(descent.Initial, descent.Theta);

        Array.Clear(_right);
        Array.Clear(_initial);
        RunEnds<T> ends = EndsOf(problem, metaObjective);
        double value = metaObjective.FinalTerm(ends, meta);
        metaObjective.AddFinalGradient(ends, meta, _initial, _right, direct);
        var end = new DescentResult(inner.Iterations, Diverged: false, Tensor: null);
        _newton.Hessian.MoveTo(_theta, _meta);
        SolveReport solver = new ConjugateGradient<T>(_tolerance, maximumProducts).Solve(_newton.Hessian, _right, _z, _scratch);
        if (!inner.Succeeded || !solver.Succeeded)
        {
            direct.Clear();
            return Report(value, end, solver, inner);
        }

        Scatter(meta, problem, eta, gamma, indirect);
        return Report(value, end, solver, inner);
    }

    /// <summary>mu of F: that of L, the metric, gamma, theta_1.</summary>
    private void Assemble(MetaParameters<T> meta, T gamma, ReadOnlySpan<T> initial)
    {
        ReadOnlySpan<T> objective = meta.Of(MetaPlace.Objective);
        objective.CopyTo(_meta);
        meta.Of(MetaPlace.Rule).Slice(_mirror.MetaStart, _mirror.MetaLength).CopyTo(_meta.AsSpan(objective.Length));
        _meta[objective.Length + _mirror.MetaLength] = gamma;
        initial.CopyTo(_meta.AsSpan(objective.Length + _mirror.MetaLength + 1));
    }

    /// <summary>indirect -= (d2F/dtheta dmu)^T z, each part where it belongs; gamma = 1 / (eta horizon) takes its part to eta.</summary>
    private void Scatter(MetaParameters<T> meta, InnerProblem<T> problem, double eta, double gamma, Span<T> indirect)
    {
        Array.Clear(_metaCotangent);
        Vectors.Scale(-T.One, _z);
        _objective.AddMixedTransposeProduct(_theta, _meta, BatchKey.Full, _z, _metaCotangent);
        int objective = meta.Of(MetaPlace.Objective).Length, metric = _mirror.MetaLength;
        Vectors.AddScaled(T.One, _metaCotangent.AsSpan(0, objective), meta.Slice(indirect, MetaPlace.Objective));
        Span<T> rule = meta.Slice(indirect, MetaPlace.Rule);
        Vectors.AddScaled(T.One, _metaCotangent.AsSpan(objective, metric), rule.Slice(_mirror.MetaStart, metric));
        rule[_mirror.RateIndex] -= T.CreateTruncating(gamma / eta) * _metaCotangent[objective + metric];
        Vectors.AddScaled(T.One, _metaCotangent.AsSpan(objective + metric + 1), _initial);
        problem.InitialPoint.AddVjp(_initial, meta.Slice(indirect, MetaPlace.InitialPoint));
    }

    private void Plan(InnerProblem<T> problem)
    {
        Descent<T> descent = problem.Descent;
        if (ReferenceEquals(_descent, descent))
            return;
        _mirror = descent.Rule.Mirror(descent.Layout)
            ?? throw new ArgumentException($"The proximal hypergradient needs the divergence of mirror descent, but the rule '{descent.Rule.Name}' has none.", nameof(problem));
        if (_mirror.HasCompany)
            throw new ArgumentException($"The proximal hypergradient stands for mirror descent with one constant step; '{descent.Rule.Name}' changes its gradient or step by other rules.", nameof(problem));
        _objective = new BregmanProximal<T>(problem.Training, _mirror.Divergence, 1);
        _newton = new NewtonMinimizer<T>(_objective, _tolerance, maximumSteps);
        int n = descent.Layout.Length;
        _meta = new T[_objective.MetaSpecs.Sum(s => s.Length)];
        _metaCotangent = new T[_meta.Length];
        _theta = new T[n];
        _right = new T[n];
        _z = new T[n];
        _initial = new T[n];
        _scratch = new T[ConjugateGradient<T>.ScratchLength(n)];
        _descent = descent;
    }

    private unsafe HypergradientReport Report(double value, DescentResult end, SolveReport? solver, SolveReport inner) =>
        new(Name, value, end, 0, 0, sizeof(T) * ((2L * _meta.Length) + (4L * _theta.Length) + _scratch.Length + _newton.Length), solver) { InnerSolver = inner };
}
