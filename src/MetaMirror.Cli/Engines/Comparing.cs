using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Engines;

/// <summary>Learn on all tasks but one, compare on that one.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="HeldOut">Name of the held-out task; null: each in turn.</param>
/// <param name="Rivals">Names of rivals that are run too.</param>
internal sealed record CompareRequest(Plan Plan, string? HeldOut, IReadOnlyList<string> Rivals)
{
    /// <summary>Where finished held-out tasks are kept.</summary>
    public Keeping Keeping { get; init; } = Keeping.None;
}

/// <summary>A figure or table of the papers.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Scale">How much of it.</param>
internal sealed record ReproduceRequest(string Experiment, ReproductionScale Scale)
{
    /// <summary>Names of rivals that are run too.</summary>
    public IReadOnlyList<string> Rivals { get; init; } = [];

    /// <summary>Where finished held-out tasks are kept.</summary>
    public Keeping Keeping { get; init; } = Keeping.None;
}

/// <summary>Where finished held-out tasks are kept, as soon as they are done.</summary>
/// <param name="Folder">Folder of the results; the parts lie in a folder of it. Null: nowhere.</param>
/// <param name="Resume">Whether those that are there are taken instead of being done again.</param>
internal sealed record Keeping(string? Folder, bool Resume)
{
    /// <summary>Nothing is kept.</summary>
    public static Keeping None { get; } = new(null, Resume: false);
}

/// <summary>How much of an experiment is run.</summary>
internal enum ReproductionScale
{
    /// <summary>Seconds: does it work at all.</summary>
    Smoke,

    /// <summary>Minutes: the shape of the result.</summary>
    Quick,

    /// <summary>The paper's sizes.</summary>
    Paper,
}

/// <summary>What stands for each scale.</summary>
internal static class ReproductionScales
{
    /// <summary>The one of this scale.</summary>
    public static T Of<T>(this ReproductionScale scale, T smoke, T quick, T paper) => scale switch
    {
        ReproductionScale.Smoke => smoke,
        ReproductionScale.Paper => paper,
        _ => quick,
    };
}

/// <summary>What a comparison found.</summary>
/// <param name="Report">Everything for the report; its comparison is there.</param>
/// <param name="IsComplete">False if Ctrl-C ended it: the report then has the held-out tasks that were done.</param>
internal sealed record ComparisonOutcome(ReportModel Report, bool IsComplete);

/// <summary>Compares.</summary>
/// <exception cref="OperationCanceledException">Canceled before any held-out task was done.</exception>
internal delegate ComparisonOutcome CompareEngine(CompareRequest request, EngineContext context);

/// <summary>Reproduces.</summary>
/// <exception cref="OperationCanceledException">Canceled.</exception>
internal delegate ComparisonOutcome ReproduceEngine(ReproduceRequest request, EngineContext context);
