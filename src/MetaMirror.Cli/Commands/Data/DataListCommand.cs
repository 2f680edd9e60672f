using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Readers;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Data;

/// <summary><c>data list</c>: the data sets known by name, and where they are.</summary>
internal sealed class DataListCommand : ICommandSpec
{
    /// <inheritdoc/>
    public ToolCommand Command { get; } = new(
        "list",
        "Lists the data sets known by name, and where on this machine they are.",
        new("data list", "All data sets, and the folder each was found in."),
        new("data list --data ./my-data --json", "The same as JSON, looking into ./my-data first."));

    /// <inheritdoc/>
    public int Run(Session session)
    {
        DataLocations locations = session.Data;
        var catalogue = new DatasetCatalogue(locations);
        KnownDatasetEntry[] entries = [.. DatasetCatalogue.Known.Select(k => Entry(k, catalogue))];
        var document = new DatasetListDocument(
            entries, [.. locations.Folders.Select(l => new DataLocationEntry(l.Folder, l.Origin, Directory.Exists(l.Folder)))]);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.DatasetListDocument);
        else
            Show(session, document);
        ExtraDocument.Write(session, "data-list.json", document, DocumentJson.Plain.DatasetListDocument);
        return ExitCodes.Done;
    }

    private static KnownDatasetEntry Entry(KnownDataset known, DatasetCatalogue catalogue)
    {
        catalogue.TryFind(known.Name, out FoundDataset? found);
        return new KnownDatasetEntry(
            known.Name, known.Description, new ImageEntry(known.Image.Rows, known.Image.Columns, known.Image.Channels), known.Classes,
            found is not null, found?.Origin, found?.Folder, [.. (found?.Edition?.Files ?? known.Files).Select(f => f.Name)])
        {
            License = known.License,
            Restriction = known.Restriction,
            Downloads = [.. known.Downloads.Select(d => new DownloadEntry(d.File, d.Md5, d.Sha256, [.. d.Addresses.Select(a => a.AbsoluteUri)]))],
        };
    }

    private static void Show(Session session, DatasetListDocument document)
    {
        Tables.Write(
            session.Screen,
            [new("name"), new("image", true), new("classes", true), new("where"), new("what it is")],
            document.Datasets.Select(d => (IReadOnlyList<string>)[
                $"[bold]{Markup.Escape(d.Name)}[/]",
                d.Image.Channels == 1 ? $"{d.Image.Height} x {d.Image.Width}" : $"{d.Image.Height} x {d.Image.Width} x {d.Image.Channels}",
                d.Classes.ToString(System.Globalization.CultureInfo.InvariantCulture),
                d.Found ? Markup.Escape(d.Folder ?? d.Origin!) : "[yellow]not found[/]",
                Markup.Escape(d.Description),
            ]));
        if (document.Datasets.All(d => d.Found))
            return;
        session.People.WriteLine("A data set that was not found belongs, in a folder of its name, into one of");
        foreach (DataLocationEntry location in document.Locations)
            session.People.WriteLine($"  {location.Folder} ({location.Origin}{(location.Exists ? "" : "; no such folder yet")})");
        session.People.WriteLine("'metamirror data fetch NAME' downloads it, 'metamirror data verify NAME' says which files it needs.");
    }
}
