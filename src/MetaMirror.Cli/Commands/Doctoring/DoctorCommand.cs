using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Doctoring;

/// <summary><c>doctor</c>: what this machine offers, and whether it computes right.</summary>
internal sealed class DoctorCommand : ICommandSpec
{
    private const string Ok = "ok", Warning = "warning", Failed = "failed";

    /// <inheritdoc/>
    public ToolCommand Command { get; } = new(
        "doctor",
        "Says what this machine offers (.NET, processor, vectors, memory, data sets, speed) and checks that it computes right.",
        new("doctor", "Takes about a second."),
        new("doctor --json", "The same as JSON, to attach to a report of a problem."));

    /// <inheritdoc/>
    public int Run(Session session)
    {
        MachineInfo machine = Machine.Describe(session.Threads);
        CheckEntry[] checks =
        [
            Check(
                "random streams", SelfTest.PhiloxIsRight(), "Philox4x32-10 gives its published words",
                "Philox4x32-10 gives other words than published: results will not repeat; please report this machine"),
            Check(
                "matrix product", SelfTest.GemmIsRight<float>() && SelfTest.GemmIsRight<double>(), "right in float and double",
                "wrong results; please report this machine"),
            Check(
                "culture", SelfTest.CultureIsInvariant(), "numbers are written with a point",
                "numbers are not written with a point; please report this machine"),
            Vectors(),
            Output(session),
            DataSets(session),
        ];
        var document = new DoctorDocument(
            checks.All(c => !string.Equals(c.Status, Failed, StringComparison.Ordinal)),
            Provenance.Version,
            new MachineEntry(
                machine.Runtime, machine.OperatingSystem, RuntimeInformation.ProcessArchitecture.ToString(), machine.Processor, machine.Cores,
                machine.MemoryGibibytes ?? 0, CultureName()),
            new VectorEntry(Vector512.IsHardwareAccelerated, Vector256.IsHardwareAccelerated, Vector128.IsHardwareAccelerated),
            session.Threads,
            new GemmEntry(
                Math.Round(SelfTest.GemmGigaflops<float>(session.Terminal.Clock), 1), Math.Round(SelfTest.GemmGigaflops<double>(session.Terminal.Clock), 1)),
            checks);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.DoctorDocument);
        else
            Show(session, document);
        ExtraDocument.Write(session, "doctor.json", document, DocumentJson.Plain.DoctorDocument);
        return document.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static string CultureName() => CultureInfo.CurrentCulture.Name is { Length: > 0 } name ? name : "invariant";

    private static CheckEntry Check(string name, bool ok, string good, string bad) => new(name, ok ? Ok : Failed, ok ? good : bad);

    private static CheckEntry Vectors() => new(
        "vectors", Vector256.IsHardwareAccelerated ? Ok : Warning,
        Vector256.IsHardwareAccelerated ? Machine.Vectors() : $"{Machine.Vectors()}: right, but slow");

    private static CheckEntry Output(Session session)
    {
        string folder = session.Out ?? Path.Combine(session.Terminal.Folder, "metamirror-out");
        return OutputPlace.Obstacle(folder) is { } obstacle
            ? new CheckEntry("output folder", Warning, $"{folder} cannot be written to: {obstacle} Use --out.")
            : new CheckEntry("output folder", Ok, $"{folder} can be written to");
    }

    private static CheckEntry DataSets(Session session)
    {
        var catalogue = new DatasetCatalogue(session.Data);
        var here = DatasetCatalogue.Known.ToLookup(k => catalogue.TryFind(k.Name, out _), k => k.Name);
        return here[false].Any()
            ? new CheckEntry("data sets", Ok, $"{string.Join(", ", here[true])} found; {string.Join(", ", here[false])} not (see 'metamirror data list')")
            : new CheckEntry("data sets", Ok, $"{string.Join(", ", here[true])} found");
    }

    private static void Show(Session session, DoctorDocument document)
    {
        TextWriter people = session.People;
        MachineEntry machine = document.Machine;
        people.WriteLine($"metamirror {document.Version} on {machine.Runtime}, {machine.OperatingSystem}, {machine.Architecture}");
        people.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{machine.Processor}: {machine.Cores} cores, {machine.MemoryGibibytes:0.#} GiB of memory, {Machine.Vectors()}, ") + $"{document.Threads} threads in use");
        people.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"matrix product on one thread: {document.GemmGigaflops.Float:0.#} GFLOP/s in float, {document.GemmGigaflops.Double:0.#} in double"));
        Tables.Write(
            session.Screen,
            [new("check"), new("status"), new("found")],
            document.Checks.Select(c => (IReadOnlyList<string>)[Markup.Escape(c.Name), $"[{Color(c.Status)}]{c.Status}[/]", Markup.Escape(c.Note)]));
        people.WriteLine(document.Ok ? "This machine is fit for MetaMirror." : "This machine does not compute right: see the failed checks.");
    }

    private static string Color(string status) => status switch
    {
        Ok => "green",
        Warning => "yellow",
        _ => "red",
    };
}
