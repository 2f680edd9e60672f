using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Protocols;

/// <summary>How much of a protocol is run.</summary>
public enum ProtocolScale
{
    /// <summary>Seconds, on the embedded digits: does it work at all.</summary>
    Smoke,

    /// <summary>At most an hour on two cores: the embedded plan of the protocol's name.</summary>
    Quick,

    /// <summary>The paper's sizes, where it states them.</summary>
    Paper,
}

/// <summary>An experiment of MetaMD v1 that is a comparison on a held-out task: its plan at each scale, the paper's numbers, and what differs from the paper.</summary>
/// <param name="Name">Name, that of its embedded plan too.</param>
/// <param name="Title">Title of the report.</param>
/// <param name="Place">Where it stands in the paper.</param>
public sealed record Protocol(string Name, string Title, string Place)
{
    /// <summary>The accuracies that the paper prints.</summary>
    public required PrintedTable Printed { get; init; }

    /// <summary>Where it prints the range over the columns alone.</summary>
    public IReadOnlyList<PrintedRange> Ranges { get; init; } = [];

    /// <summary>The plan at the smoke scale.</summary>
    public required Func<Plan, Plan> Smoke { get; init; }

    /// <summary>What stands in for the data at the smoke scale, in words.</summary>
    public required string StandIn { get; init; }

    /// <summary>The plan at the paper's scale.</summary>
    public required Func<Plan, Plan> Paper { get; init; }

    /// <summary>When a run counts as converged, at the paper's scale, where the paper says that runs go on until then; null: a stated number of steps.</summary>
    public ConvergenceRule? Converged { get; init; }

    /// <summary>What the paper does, beside what is done here: names and texts, ours last.</summary>
    public required IReadOnlyList<PaperDifference> Differences { get; init; }

    /// <summary>True where the report is about which component was active.</summary>
    public bool IsAboutActivations { get; init; }

    /// <summary>The plan at a scale; where runs go on until converged, its number of steps is the most they may take.</summary>
    /// <param name="scale">The scale.</param>
    public Plan At(ProtocolScale scale)
    {
        Plan quick = PlanFile.Read(Name);
        return scale switch
        {
            ProtocolScale.Smoke => Smoke(quick),
            ProtocolScale.Paper => Paper(quick),
            _ => quick,
        };
    }
}

/// <summary>Something that the paper does otherwise, or does not say.</summary>
/// <param name="What">What it is about.</param>
/// <param name="InPaper">The paper's.</param>
/// <param name="Here">Ours, from the plan that was run.</param>
public sealed record PaperDifference(string What, string InPaper, Func<Plan, string> Here);

/// <summary>Accuracies in percent as the paper prints them.</summary>
/// <param name="Tasks">Held-out tasks of the columns, by the names of our tasks; the paper's columns that we have no data for are left out.</param>
/// <param name="Rows">The optimizers.</param>
public sealed record PrintedTable(IReadOnlyList<string> Tasks, IReadOnlyList<PrintedRow> Rows)
{
    /// <summary>The row of an optimizer; null if the paper has none.</summary>
    /// <param name="optimizer">Its name here.</param>
    public PrintedRow? Of(string optimizer) => Rows.FirstOrDefault(r => string.Equals(r.Optimizer, optimizer, StringComparison.Ordinal));

    /// <summary>The row of the paper's own method.</summary>
    public PrintedRow? Own => Of(PrintedRow.MetaMd);
}

/// <summary>A row of the paper's table.</summary>
/// <param name="Optimizer">Name of the optimizer here; <see cref="MetaMd"/> for the paper's.</param>
/// <param name="Accuracies">Percent, one for each task of the table.</param>
/// <param name="Errors">What the paper prints after the plus-minus sign; empty where it prints none.</param>
public sealed record PrintedRow(string Optimizer, IReadOnlyList<double> Accuracies, IReadOnlyList<double> Errors)
{
    /// <summary>Name of the paper's own row.</summary>
    public const string MetaMd = "MetaMD";
}

/// <summary>Lowest and highest accuracy over the columns, in percent.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Optimizers">Names of the optimizers here that it is about.</param>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
public sealed record PrintedRange(string Name, IReadOnlyList<string> Optimizers, double Lowest, double Highest);
