using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Commands.Data;

/// <summary><c>data verify</c>: the files of data sets against the published checksums.</summary>
internal sealed class DataVerifyCommand : ICommandSpec
{
    private readonly ValuesArgument _names = new("NAME", "names of data sets (see 'metamirror data list')", "Data sets to check. Default: all that are found.");

    public DataVerifyCommand()
    {
        Command = new(
            "verify",
            "Compares the files of data sets with the published checksums. Fails if a file is missing or has another content.",
            new("data verify", "Checks every data set that is found."),
            new("data verify mnist fashion-mnist", "Checks these two, and says which files are missing."))
        {
            _names,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string[] names = session.Get(_names)!;
        foreach (string name in names)
            UsageException.Blame(_names.Name, () => DatasetCatalogue.Named(name));
        var catalogue = new DatasetCatalogue(session.Data);
        if (names.Length == 0)
            names = [.. DatasetCatalogue.Known.Select(k => k.Name).Where(n => catalogue.TryFind(n, out _))];
        VerifiedDataset[] verified = [.. names.Distinct(StringComparer.Ordinal).Select(n => Verify(catalogue, n, session.Canceled))];
        var document = new VerifyDocument(verified.All(v => v.Ok), verified);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.VerifyDocument);
        else
            Show(session, document);
        ExtraDocument.Write(session, "data-verify.json", document, DocumentJson.Plain.VerifyDocument);
        return document.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static VerifiedDataset Verify(DatasetCatalogue catalogue, string name, CancellationToken canceled)
    {
        canceled.ThrowIfCancellationRequested();
        FileEntry[] files = [.. catalogue.Verify(name).Select(f => new FileEntry(f.Path, Word(f.Verdict), f.Note, f.IsSubset))];
        return new VerifiedDataset(name, files.All(f => f.Verdict is "ok" or "length"), files);
    }

    private static string Word(FileVerdict verdict) => verdict switch
    {
        FileVerdict.Ok => "ok",
        FileVerdict.LengthOnly => "length",
        FileVerdict.Missing => "missing",
        _ => "different",
    };

    private static void Show(Session session, VerifyDocument document)
    {
        foreach (VerifiedDataset dataset in document.Datasets)
        {
            session.People.WriteLine($"{dataset.Name}: {(dataset.Ok ? "ok" : "NOT OK")}{(dataset.Files.Count == 0 ? ", embedded" : "")}");
            foreach (FileEntry file in dataset.Files)
                session.People.WriteLine($"  {file.Verdict,-9}  {file.Path}  ({file.Note})");
        }

        int bad = document.Datasets.Count(d => !d.Ok);
        session.People.WriteLine();
        string[] parts = [.. document.Datasets.Where(d => d.Files.Any(f => f.IsSubset)).Select(d => d.Name)];
        session.People.WriteLine(
            bad == 0 && parts.Length > 0 ? $"All files have known contents; {string.Join(", ", parts)}: only a part of what was published."
            : bad == 0 ? "All files have the published contents." : $"{bad} of {document.Datasets.Count} data sets are missing files or have other contents.");
    }
}
