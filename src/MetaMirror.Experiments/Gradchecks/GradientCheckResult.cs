namespace MetaMirror.Experiments.Gradchecks;

/// <summary>One estimator against its oracle.</summary>
/// <param name="Estimator">Name.</param>
/// <param name="Oracle">What it was compared with.</param>
/// <param name="RelativeError">Norm of the difference over the oracle's norm; null where nothing could be compared.</param>
/// <param name="Tolerance">What was allowed; null where a difference is expected.</param>
/// <param name="Verdict">In plain words.</param>
/// <param name="Gradients">Loss gradients it evaluated.</param>
/// <param name="HessianVectorProducts">Products it computed.</param>
/// <param name="PeakBytes">Bytes of its trajectory storage.</param>
/// <param name="Milliseconds">Wall-clock time.</param>
public sealed record EstimatorCheck(
    string Estimator, string Oracle, double? RelativeError, double? Tolerance, string Verdict, long Gradients, long HessianVectorProducts, long PeakBytes, double Milliseconds)
{
    /// <summary>Iterations of an implicit estimator's linear solver; null for the others.</summary>
    public int? Iterations { get; init; }

    /// <summary>Its relative residual.</summary>
    public double? Residual { get; init; }

    /// <summary>Sign of the curvature it met: positive, zero, negative or unknown.</summary>
    public string? Curvature { get; init; }

    /// <summary>False if the error exceeds what was allowed.</summary>
    public bool Passed => Tolerance is null || RelativeError <= Tolerance;
}

/// <summary>Every hypergradient estimator on one task of a plan, in double.</summary>
/// <param name="Plan">Plan.</param>
/// <param name="Task">Task.</param>
/// <param name="Rule">Rule.</param>
/// <param name="MetaObjective">Meta-objective.</param>
/// <param name="Steps">Inner steps.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="MetaParameters">Number of meta-parameters.</param>
/// <param name="Checks">One row per estimator.</param>
public sealed record GradientCheckResult(
    string Plan, string Task, string Rule, string MetaObjective, int Steps, int Parameters, int MetaParameters, IReadOnlyList<EstimatorCheck> Checks)
{
    /// <summary>True if every check passed.</summary>
    public bool Passed => Checks.All(c => c.Passed);
}
