using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Engines;

/// <summary>Compare every hypergradient estimator with its oracle.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Steps">Inner steps; null: few enough for the oracle.</param>
internal sealed record GradcheckRequest(Plan Plan, int? Steps);

/// <summary>One estimator.</summary>
/// <param name="Estimator">Its name.</param>
/// <param name="Oracle">What it is compared with.</param>
/// <param name="RelativeError">||estimate - oracle|| / ||oracle||; null if not finite.</param>
/// <param name="Tolerance">What is allowed.</param>
/// <param name="Passed">Whether it is within.</param>
/// <param name="Gradients">Gradients computed.</param>
/// <param name="HessianVectorProducts">Hessian-vector products computed.</param>
/// <param name="PeakBytes">Peak memory of the estimator's own buffers.</param>
/// <param name="Milliseconds">Time.</param>
/// <param name="Note">The solver's report, or why an estimator refuses the rule; may be empty.</param>
internal sealed record GradcheckRow(
    string Estimator, string Oracle, double? RelativeError, double Tolerance, bool Passed, long Gradients, long HessianVectorProducts, long PeakBytes, double Milliseconds, string Note);

/// <summary>All estimators.</summary>
/// <param name="Rule">Name of the rule whose meta-parameters were differentiated.</param>
/// <param name="MetaObjective">Name of the meta-objective.</param>
/// <param name="Steps">Inner steps.</param>
/// <param name="Rows">One per estimator and oracle.</param>
internal sealed record GradcheckOutcome(string Rule, string MetaObjective, int Steps, IReadOnlyList<GradcheckRow> Rows);

/// <summary>Checks.</summary>
internal delegate GradcheckOutcome GradcheckEngine(GradcheckRequest request, EngineContext context);
