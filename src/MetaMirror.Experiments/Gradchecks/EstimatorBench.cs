using System.Globalization;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Gradchecks;

/// <summary>Runs estimators with a clock and makes the rows of the table.</summary>
internal sealed class EstimatorBench(TimeProvider time, BatchKey run, CancellationToken cancellationToken)
{
    public BatchKey Run => run;

    public (double[] Total, HypergradientReport Report, double Milliseconds) Compute(
        InnerProblem<double> problem, MetaObjective<double> objective, MetaParameters<double> meta, Hypergradient<double> mode)
    {
        double[] total = new double[meta.Length];
        double[] direct = new double[meta.Length];
        long start = time.GetTimestamp();
        HypergradientReport report = mode.Compute(problem, objective, meta, run, total, direct, null, cancellationToken);
        return (total, report, time.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>||actual - expected|| / ||expected||.</summary>
    public static double Distance(double[] expected, double[] actual)
    {
        double[] difference = [.. expected.Zip(actual, (e, a) => e - a)];
        return Math.Sqrt(Vectors.SquaredNorm<double>(difference) / Math.Max(Vectors.SquaredNorm<double>(expected), 1e-300));
    }

    /// <summary>One row; an estimator that gave no hypergradient has no error.</summary>
    public static EstimatorCheck Row(HypergradientReport report, string oracle, double error, double? tolerance, double took, string verdict) => new(
        report.Method, oracle, report.Succeeded && double.IsFinite(error) ? error : null, tolerance,
        !report.Succeeded ? Sentence(report) : tolerance is { } allowed && !(error <= allowed) ? string.Create(CultureInfo.InvariantCulture, $"off by {error:g2}, allowed {allowed:g1}") : verdict,
        report.Gradients, report.HessianVectorProducts, report.PeakBytes, took)
    {
        Iterations = report.Solver?.Iterations,
        Residual = report.Solver is { } solver && double.IsFinite(solver.RelativeResidual) ? solver.RelativeResidual : null,
        Curvature = report.Solver?.Curvature.ToString().ToLowerInvariant(),
    };

    /// <summary>The verdict without the name, which has a column of its own.</summary>
    public static string Sentence(HypergradientReport report) =>
        report.Verdict.StartsWith(report.Method + ": ", StringComparison.Ordinal) ? report.Verdict[(report.Method.Length + 2)..] : report.Verdict;
}
