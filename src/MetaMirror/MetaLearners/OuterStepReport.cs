using System.Collections.Immutable;

namespace MetaMirror.MetaLearners;

/// <summary>One outer step, as reported to progress and kept in the history.</summary>
/// <param name="OuterStep">From 0.</param>
/// <param name="OuterSteps">Most outer steps.</param>
/// <param name="Value">Mean E over the tasks that completed; NaN if none did.</param>
/// <param name="Anisotropy">Standard deviation of log P over the divergence's meta-parameters: 0 for one learning rate; 0 without a divergence.</param>
/// <param name="Gradients">Loss gradients evaluated in this outer step.</param>
/// <param name="HessianVectorProducts">Hessian-vector products in this outer step.</param>
/// <param name="Diverged">Runs that diverged, by task, step and tensor.</param>
public sealed record OuterStepReport(
    int OuterStep, int OuterSteps, double Value, double Anisotropy, long Gradients, long HessianVectorProducts, ImmutableArray<TaskOutcome> Diverged);

/// <summary>What learning ended with.</summary>
/// <param name="OuterSteps">Outer steps taken in all, before and after a resume.</param>
/// <param name="Converged">True if the stopping rule ended it, false if the maximum did.</param>
/// <param name="History">All outer steps.</param>
public sealed record MetaLearnerResult(int OuterSteps, bool Converged, ImmutableArray<OuterStepReport> History);

/// <summary>Every run of an outer step diverged, so there is nothing to learn from.</summary>
public sealed class MetaLearningDivergedException : Exception
{
    /// <summary>Names the runs.</summary>
    public MetaLearningDivergedException(int outerStep, ImmutableArray<TaskOutcome> runs)
        : base($"All {runs.Length} inner runs of outer step {outerStep} diverged: {string.Join("; ", runs.Take(5).Select(r => $"task '{r.Task}' {r.Inner}"))}. Start from a smaller step size or a larger metric.") =>
        Runs = runs;

    /// <summary>Says what diverged, where several outer loops did.</summary>
    public MetaLearningDivergedException(string message)
        : base(message) => Runs = [];

    /// <summary>The runs of the outer step; empty where several steps failed.</summary>
    public ImmutableArray<TaskOutcome> Runs { get; }
}
