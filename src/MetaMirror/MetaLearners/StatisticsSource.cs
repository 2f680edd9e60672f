namespace MetaMirror.MetaLearners;

/// <summary>What statistics are of: the runs of one optimizer on one task.</summary>
/// <param name="Task">Name of the task; empty if nobody said.</param>
/// <param name="Optimizer">The rule that ran, e.g. <c>adam</c>; empty if nobody said.</param>
/// <param name="Steps">Steps of a run; 0 if nobody said.</param>
public sealed record StatisticsSource(string Task, string Optimizer = "", int Steps = 0)
{
    /// <summary>Runs whose task nobody named.</summary>
    public static StatisticsSource Unknown { get; } = new("");
}
