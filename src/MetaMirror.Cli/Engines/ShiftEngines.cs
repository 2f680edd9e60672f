using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Shifts;

namespace MetaMirror.Cli.Engines;

/// <summary>Trains shifted tasks.</summary>
/// <exception cref="OperationCanceledException">Canceled.</exception>
internal delegate ShiftResult ShiftEngine(ReproductionScale scale, EngineContext context);

/// <summary>Wires <c>reproduce shifts</c> to the experiment.</summary>
internal static class ShiftEngines
{
    /// <summary>A learned optimizer on tasks unlike those it was learned on.</summary>
    public static ShiftResult Run(ReproductionScale scale, EngineContext context)
    {
        ShiftSizes sizes = scale.Of(ShiftSizes.Smoke, ShiftSizes.Quick, ShiftSizes.Paper);
        var study = new ShiftStudy(context.Settings, new DatasetCatalogue(context.Data), context.Clock) { LearningProgress = context.Learning, RunProgress = context.Runs };
        return study.Run(sizes, context.Canceled);
    }
}
