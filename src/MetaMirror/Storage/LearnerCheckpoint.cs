using System.Globalization;
using System.Numerics;
using MetaMirror.MetaLearners;

namespace MetaMirror.Storage;

/// <summary>
/// Where a <see cref="MetaLearner{T}"/> stands after an outer step: mu, the state of its meta step, the history, and what they belong to.
/// Random streams need nothing: every draw is named by seed and step.
/// </summary>
public sealed class LearnerCheckpoint
{
    private const string Kind = "metamirror-learner";
    private const int FormatVersion = 2;

    private readonly CheckpointContainer _file;
    private readonly string _elementType;

    private LearnerCheckpoint(CheckpointContainer file)
    {
        _file = file;
        JsonFields fields = JsonFields.Parse(file.Section("description"), "checkpoint");
        PlanHash = fields.Text("planHash");
        Seed = fields.Unsigned("seed");
        _elementType = fields.Text("elementType");
        InstructionSet = fields.Text("instructionSet");
        LibraryVersion = fields.Text("libraryVersion");
        History = HistoryJson.Read(fields, "history");
        fields.Done();
    }

    /// <summary>Hash of the plan that was being learned.</summary>
    public string PlanHash { get; }

    /// <summary>Master seed.</summary>
    public ulong Seed { get; }

    /// <summary>Instruction set that it was written on; on another, going on gives other last bits.</summary>
    public string InstructionSet { get; }

    /// <summary>Version of the library that wrote it.</summary>
    public string LibraryVersion { get; }

    /// <summary>All outer steps taken.</summary>
    public IReadOnlyList<OuterStepReport> History { get; }

    /// <summary>Outer steps taken.</summary>
    public int OuterStep => History.Count;

    private static string ThisVersion { get; } = typeof(LearnerCheckpoint).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Writes where a learner stands; call it between outer steps.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <param name="learner">The learner.</param>
    /// <param name="planHash">Hash of everything that decides what is learned.</param>
    public static void Write<T>(Stream stream, MetaLearner<T> learner, string planHash)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentException.ThrowIfNullOrEmpty(planHash);
        string description = LayoutJson.Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("planHash", planHash);
            json.WriteString("seed", learner.Options.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteString("elementType", ElementBytes.NameOf<T>());
            json.WriteString("instructionSet", Storage.InstructionSet.Description);
            json.WriteString("libraryVersion", ThisVersion);
            HistoryJson.Write(json, "history", learner.History);
            json.WriteEndObject();
        });
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> sections =
        [
            new("description", ElementBytes.OfText(description)),
            new("raw", ElementBytes.Of(learner.Meta.Raw)),
            new("natural", ElementBytes.Of(learner.Meta.Natural)),
            new("step_state", ElementBytes.Of(learner.StepState)),
        ];
        if (learner.Statistics is { } statistics)
        {
            using var sums = new MemoryStream();
            BoundStatisticsFile.Write(sums, statistics);
            sections.Add(new("statistics", sums.ToArray()));
        }

        CheckpointWriter.Write(stream, new CheckpointContainer(Kind, FormatVersion, sections));
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="limits">Limits; null for <see cref="CheckpointLimits.Default"/>.</param>
    /// <exception cref="StorageException">Damaged, or no checkpoint of a learner.</exception>
    public static LearnerCheckpoint Read(Stream stream, CheckpointLimits? limits = null) =>
        new(CheckpointReader.Read(stream, Kind, FormatVersion, limits));

    /// <summary>Brings a fresh learner of the same plan to this position.</summary>
    /// <param name="learner">Planned as the one that was saved; unchanged if it is refused.</param>
    /// <param name="planHash">Hash of its plan.</param>
    /// <returns>Null, or a warning: the instruction set or the library is another, so that the last bits may differ from an uninterrupted run's.</returns>
    /// <exception cref="StorageException">The checkpoint is of another plan, seed or element type, or does not fit the learner.</exception>
    public string? Restore<T>(MetaLearner<T> learner, string planHash)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(learner);
        if (planHash != PlanHash)
            throw new StorageException($"checkpoint: expected one of the plan {planHash}, found one of the plan {Quoted.Text(PlanHash)}");
        if (learner.Options.Seed != Seed)
            throw new StorageException($"checkpoint: expected one with seed {learner.Options.Seed}, found seed {Seed}");
        ElementBytes.RequireType<T>(_elementType, "checkpoint");
        try
        {
            learner.Restore(Values<T>("raw"), Values<T>("natural"), Values<T>("step_state"), History, Statistics());
        }
        catch (ArgumentException e)
        {
            throw new StorageException($"checkpoint: expected the position of this learner, found another: {Quoted.Sentence(e.Message)}", e);
        }

        return InstructionSet == Storage.InstructionSet.Description && LibraryVersion == ThisVersion
            ? null
            : $"The checkpoint was written on {Quoted.Text(InstructionSet)} by version {Quoted.Text(LibraryVersion)}, this is {Storage.InstructionSet.Description} and version {ThisVersion}: the result may differ in the last bits.";
    }

    private T[] Values<T>(string section)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementBytes.ToArray<T>(_file.Section(section).Span, $"checkpoint, {section}");

    private BoundStatistics? Statistics() =>
        _file.Contains("statistics") ? BoundStatisticsFile.Read(new MemoryStream(_file.Section("statistics").ToArray())) : null;
}
