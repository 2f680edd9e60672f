using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Downloads;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Commands.Data;

/// <summary><c>data fetch</c>: downloads data sets from their canonical addresses.</summary>
internal sealed class DataFetchCommand : ICommandSpec
{
    private const string All = "all";
    private readonly Func<IWebSource> _web;
    private readonly FetchOptions? _options;
    private readonly ValueArgument _name = new(
        "NAME", "the name of a data set (see 'metamirror data list'), or 'all'", "Name of a data set, or 'all'; 'metamirror data list' lists them.");

    /// <param name="web">Opens the network.</param>
    /// <param name="options">How patient to be; null for the defaults.</param>
    public DataFetchCommand(Func<IWebSource> web, FetchOptions? options = null)
    {
        _web = web;
        _options = options;
        Command = new(
            "fetch",
            "Downloads a data set from its canonical address into the data folder, and checks it. What was interrupted goes on where it ended.",
            new("data fetch kmnist", "Into the first data folder: METAMIRROR_DATA, or the cache."),
            new("data fetch all --data ./my-data", "All that have an address, into ./my-data."))
        {
            _name,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string name = session.Get(_name)!;
        bool isAll = string.Equals(name, All, StringComparison.Ordinal);
        IReadOnlyList<KnownDataset> wanted = isAll ? Distinct() : [UsageException.Blame(_name.Name, () => DatasetCatalogue.Named(name))];
        if (!isAll && wanted[0].IsEmbedded)
            throw new UsageException(_name.Name, $"expected a data set that is not part of this program already, found {Found.Text(name)}");
        string folder = session.DataToMake;
        var entries = new List<FetchedDataset>();
        IWebSource web = _web();
        try
        {
            foreach (KnownDataset known in wanted)
                entries.Add(Fetch(session, web, known, folder, isAll));
        }
        finally
        {
            (web as IDisposable)?.Dispose();
        }

        var document = new FetchDocument(entries.All(e => e.Error is null), folder, entries);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.FetchDocument);
        else
            session.People.WriteLine(document.Ok ? "All downloads have the published checksums." : $"{entries.Count(e => e.Error is not null)} of {entries.Count} data sets were not fetched.");
        ExtraDocument.Write(session, "data-fetch.json", document, DocumentJson.Plain.FetchDocument);
        return document.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private FetchedDataset Fetch(Session session, IWebSource web, KnownDataset known, string folder, bool goesOn)
    {
        try
        {
            IReadOnlyList<FetchedFile> files;
            using (var progress = new ProgressScreen(session.Terminal))
            {
                files = new DatasetFetch(web, _options) { Progress = progress }.RunAsync(known, folder, session.Canceled).GetAwaiter().GetResult();
            }

            foreach (FetchedFile file in files)
                session.People.WriteLine($"{known.Name}: {file.Path}{(file.WasThere ? " (was there)" : "")}");
            if (known.Restriction is { } restriction)
                Messages.Warning(session.Terminal, $"{known.Name}: {restriction}; what is learned from it says so");
            return new FetchedDataset(known.Name, [.. files.Select(f => new FetchedEntry(f.Path, f.WasThere))], null);
        }
        catch (Exception error) when (goesOn && error is IOException or DataFormatException)
        {
            // Another data set may be had all the same.
            Messages.Error(session.Terminal, error.Message);
            return new FetchedDataset(known.Name, [], error.Message);
        }
    }

    // Two data sets in one folder are one download.
    private static KnownDataset[] Distinct() => [.. DatasetCatalogue.Known.Where(k => !k.IsEmbedded).DistinctBy(k => k.Folder, StringComparer.Ordinal)];
}
