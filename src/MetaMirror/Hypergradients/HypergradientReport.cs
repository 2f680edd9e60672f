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
    /// <summary>Gradients that reverse mode finished from kept evaluations, not counted in Gradients: each costs the parameters' part of the backward pass.</summary>
    public long RecalledGradients { get; init; }

    /// <summary>For implicit estimators: ||Phi(theta) - theta|| / (1 + ||theta||) where the run ended; 0 at a fixed point.</summary>
    public double? FixedPointResidual { get; init; }

    /// <summary>One plain sentence for people.</summary>
    public string Verdict => Inner.Diverged
        ? $"The inner run {Inner}; there is no hypergradient."
        : Solver is null
            ? $"{Method}: exact up to rounding."
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Method}: {Solver.Verdict} Distance from a fixed point: {FixedPointResidual:g3}.");

    /// <summary>True if the run completed and the solver, if any, converged.</summary>
    public bool Succeeded => !Inner.Diverged && (Solver?.Succeeded ?? true);
}
