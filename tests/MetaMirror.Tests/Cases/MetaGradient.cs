using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;

namespace MetaMirror.Tests.Cases;

/// <summary>A hypergradient with the values it was taken at and its report.</summary>
internal sealed record MetaGradient(MetaParameters<double> Meta, double[] Total, double[] Direct, HypergradientReport Report)
{
    /// <summary>At the problem's start values, or at given ones; an estimate that did not succeed fails the test.</summary>
    public static MetaGradient Of(
        InnerProblem<double> problem, MetaObjective<double> objective, Hypergradient<double> hypergradient, MetaParameters<double>? meta = null, BatchKey run = default)
    {
        meta ??= problem.CreateMetaParameters();
        double[] total = new double[meta.Length], direct = new double[meta.Length];
        HypergradientReport report = hypergradient.Compute(
            problem, objective.ForThread(problem.Descent.Rule, problem.Task.Layout), meta, run, total, direct);
        Assert.True(report.Succeeded, report.Verdict);
        return new MetaGradient(meta, total, direct, report);
    }

    /// <summary>The total gradient of one place's meta-parameters.</summary>
    public double[] At(MetaPlace place) => Meta.Slice(Total, place).ToArray();
}
