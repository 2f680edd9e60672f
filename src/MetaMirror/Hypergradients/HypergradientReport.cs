using System.Globalization;
using MetaMirror.Descents;
using MetaMirror.Numerics;

namespace MetaMirror.Hypergradients;

/// <summary>What a hypergradient cost and whether it can be trusted.</summary>
/// <param name="Method">Estimator.</param>
/// <param name="Value">E(mu) of this run.</param>
/// <param name="Inner">How the inner run ended; when it diverged, value and gradients are meaningless.</param>
/// <param name="Gradients">Loss gradients evaluated, replayed ones and those of the meta-objective included.</param>
/// <param name="HessianVectorProducts">Hessian-vector products computed.</param>
/// <param name="PeakBytes">Bytes of trajectory storage: checkpoints, stored steps, kept evaluations, cotangents, tangents or solver vectors.</param>
/// <param name="Solver">Report of the linear solver of an implicit estimator; null for the others.</param>
public sealed record HypergradientReport(
    string Method, double Value, DescentResult Inner, long Gradients, long HessianVectorProducts, long PeakBytes, SolveReport? Solver = null)
{
    /// <summary>A relative change by one more step that counts as none: about ten times single precision's rounding.</summary>
    private const double FixedPoint = 1e-6;

    /// <summary>Gradients that reverse mode finished from kept evaluations, not counted in Gradients: each costs the parameters' part of the backward pass.</summary>
    public long RecalledGradients { get; init; }

    /// <summary>For implicit estimators: ||Phi(theta) - theta|| / (1 + ||theta||) where the run ended; 0 at a fixed point.</summary>
    public double? FixedPointResidual { get; init; }

    /// <summary>For the proximal estimator: how its point was found, with ||grad F|| / ||grad F(theta_1)|| as the relative residual.</summary>
    public SolveReport? InnerSolver { get; init; }

    /// <summary>In plain sentences: what was solved, how well, and what that means for the numbers.</summary>
    public string Verdict => this switch
    {
        { Inner.Diverged: true, InnerSolver: { } newton } => $"{Method}: {newton.Verdict} There is no hypergradient.",
        { Inner.Diverged: true } => $"The inner run {Inner}; there is no hypergradient.",
        { Solver: null } => $"{Method}: exact up to rounding.",
        { InnerSolver: { Succeeded: false } newton } => $"{Method}: {newton.Verdict} There is no hypergradient.",
        { Solver: { Succeeded: false } solver } => $"{Method}: {solver.Verdict} There is no hypergradient.",
        { InnerSolver: { } newton } => $"{Method}: {newton.Verdict} {Solver.Verdict}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Method}: {Solver.Verdict} Distance from a fixed point: {FixedPointResidual:g3}.{Caution}"),
    };

    /// <summary>True if the run completed and the solvers, if any, converged.</summary>
    public bool Succeeded => !Inner.Diverged && (Solver?.Succeeded ?? true) && (InnerSolver?.Succeeded ?? true);

    // Off a fixed point in one dimension true / implicit = T u / (1 - u) (PAPERS 2.3): wrong in size, and in sign where a step overshoots.
    private string Caution => FixedPointResidual <= FixedPoint
        ? ""
        : " The run did not end at a fixed point: for step sizes and metrics the size is wrong, and the sign too where steps overshoot.";
}
