using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Robustness;

namespace MetaMirror.Cli.Engines;

/// <summary>Trains with changes.</summary>
/// <exception cref="OperationCanceledException">Canceled.</exception>
internal delegate RobustnessResult RobustnessEngine(ReproductionScale scale, EngineContext context);

/// <summary>Wires <c>reproduce robustness</c> to the experiment.</summary>
internal static class RobustnessEngines
{
    /// <summary>A learned optimizer where training is otherwise than it was learned for.</summary>
    public static RobustnessResult Run(ReproductionScale scale, EngineContext context)
    {
        RobustnessSizes sizes = scale.Of(RobustnessSizes.Smoke, RobustnessSizes.Quick, RobustnessSizes.Paper);
        var study = new RobustnessStudy(context.Settings, new DatasetCatalogue(context.Data), context.Clock) { LearningProgress = context.Learning, RunProgress = context.Runs };
        return study.Run(sizes, context.Canceled);
    }
}
