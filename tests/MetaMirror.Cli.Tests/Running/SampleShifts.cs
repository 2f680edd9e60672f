using MetaMirror.Cli.Engines;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Shifts;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>A result of the experiment on shifted tasks, without the work.</summary>
internal static class SampleShifts
{
    public static ShiftResult Of(ReproductionScale scale, EngineContext context)
    {
        context.Runs.Report(new RunProgress("shift 1 of 1", 1, 1, "metamirror-tracked", .5));
        ShiftRow half = new("metamirror-tracked, steps x 0.5", .9, .01, .95, .02, .01), one = new("metamirror-tracked, one rate adapting", .92, .01, .97, .02, .005);
        ShiftSummary summary = new(one.Optimizer, 1, .92, .92, .97, .97, 0, 0, .005);
        return new ShiftResult
        {
            Scale = scale.ToString(),
            Seed = context.Seed,
            Plan = "rotated-digits",
            WhereItDegrades = [summary],
            Everywhere = [summary],
            Shifts = [new ShiftFigure(new TaskShift(120, 16, 2), .5, .3, .5, .9, [half, one])],
            Comparison = [],
        };
    }
}
