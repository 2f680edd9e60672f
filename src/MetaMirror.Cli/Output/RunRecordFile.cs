using MetaMirror.Cli.Commands;
using MetaMirror.Cli.Commands.Learning;
using MetaMirror.Cli.Machines;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Output;

/// <summary><c>run.json</c> beside a learned optimizer: when, where and how long. The optimizer's own file has none of it, so that the same seed gives the same bytes.</summary>
internal static class RunRecordFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "run.json";

    /// <summary>Writes the record.</summary>
    /// <param name="session">The call.</param>
    /// <param name="learned">The learned optimizer's file.</param>
    /// <param name="cost">What it cost.</param>
    /// <param name="isComplete">Whether it was learned to the end.</param>
    /// <returns>The record's path.</returns>
    public static string Write(Session session, string learned, MetaTrainingSummary cost, bool isComplete)
    {
        string path = Path.Combine(Path.GetDirectoryName(learned) ?? "", Name);
        MachineInfo machine = Machine.Describe(session.Threads);
        var document = new RunDocument(
            Path.GetFileName(learned), isComplete, session.Line, Provenance.Version, session.Seed, session.Threads, session.Terminal.Clock.GetUtcNow(), cost,
            new RunMachine(machine.Processor, machine.Cores, machine.OperatingSystem, machine.Runtime, machine.InstructionSet));
        WholeFile.Write(path, writer => writer.WriteLine(System.Text.Json.JsonSerializer.Serialize(document, DocumentJson.Plain.RunDocument)));
        return path;
    }
}
