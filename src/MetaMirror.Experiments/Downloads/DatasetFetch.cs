using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Downloads;

/// <summary>One file of a data set after fetching.</summary>
/// <param name="Path">The file.</param>
/// <param name="WasThere">True if it did not need to be downloaded.</param>
public sealed record FetchedFile(string Path, bool WasThere);

/// <summary>Downloads the files of known data sets from their canonical addresses; a file takes its name only when its checksum is right.</summary>
public sealed class DatasetFetch
{
    private readonly IWebSource _web;
    private readonly FetchOptions _options;

    /// <summary>Takes where and how.</summary>
    /// <param name="web">Where files come from.</param>
    /// <param name="options">How patient to be; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public DatasetFetch(IWebSource web, FetchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(web);
        _web = web;
        _options = options ?? new FetchOptions();
        _options.Check();
    }

    /// <summary>Told how far each file is.</summary>
    public IProgress<FetchProgress>? Progress { get; init; }

    /// <summary>Downloads what is missing of a data set.</summary>
    /// <param name="known">The data set.</param>
    /// <param name="folder">The data folder; the files go into a folder of it.</param>
    /// <param name="cancellationToken">Stops; what came so far stays in a part file, with which the next call goes on.</param>
    /// <returns>The files, in the order of the data set's.</returns>
    /// <exception cref="FetchException">A file could not be had, or another content has its name; the message says what to put where.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task<IReadOnlyList<FetchedFile>> RunAsync(KnownDataset known, string folder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string own = Path.Combine(folder, known.Folder);
        bool wasThere = Directory.Exists(own);
        MakeFolder(own);
        try
        {
            var files = new List<FetchedFile>();
            foreach (KnownDownload download in known.Downloads)
            {
                string[] names = download.Members.Count > 0 ? [.. download.Members] : [download.File];
                string[] wanted = [.. names.Where(n => !IsThere(known, own, n))];
                files.AddRange(names.Except(wanted).Select(n => new FetchedFile(Path.Combine(own, n), WasThere: true)));
                if (wanted.Length == 0)
                    continue;
                await FetchAsync(known, download, wanted, own, cancellationToken);
                files.AddRange(wanted.Select(n => new FetchedFile(Path.Combine(own, n), WasThere: false)));
            }

            return files;
        }
        finally
        {
            // An empty folder would look like a data set.
            if (!wasThere && !Directory.EnumerateFileSystemEntries(own).Any())
                Directory.Delete(own);
        }
    }

    private async Task FetchAsync(KnownDataset known, KnownDownload download, string[] wanted, string own, CancellationToken cancellationToken)
    {
        string target = Path.Combine(own, download.File), part = target + FileDownload.PartSuffix;
        try
        {
            await new FileDownload(_web, _options).RunAsync(download, part, Progress, cancellationToken);
        }
        catch (FetchException failed)
        {
            string kept = File.Exists(part) ? $"{Environment.NewLine}What came so far is kept in {part}; the same command goes on with it." : "";
            throw new FetchException($"data set '{known.Name}': {download.File} could not be downloaded.{Environment.NewLine}{failed.Message}{kept}{Environment.NewLine}{Advice(known, own)}", failed);
        }

        if (download.Members.Count == 0)
        {
            File.Move(part, target, overwrite: false);
            return;
        }

        try
        {
            ArchiveMembers.Unpack(part, download.File, wanted, own, FileDownload.PartSuffix, cancellationToken);
            foreach (string name in wanted)
            {
                FileCheck check = FileCheck.Of(own, FileOf(known, name), Path.Combine(own, name + FileDownload.PartSuffix));
                if (check.Verdict is not (FileVerdict.Ok or FileVerdict.LengthOnly))
                    throw new FetchException($"data set '{known.Name}': {name} of {download.File}: {check.Note}; deleted.{Environment.NewLine}{Advice(known, own)}");
            }

            foreach (string name in wanted)
                File.Move(Path.Combine(own, name + FileDownload.PartSuffix), Path.Combine(own, name), overwrite: false);
        }
        catch (Exception e) when (e is DataFormatException or FetchException)
        {
            // The archive is the published one, by its sum, and yet not what is wanted: it would be no better the next time.
            File.Delete(part);
            throw;
        }
        finally
        {
            foreach (string name in wanted)
                File.Delete(Path.Combine(own, name + FileDownload.PartSuffix));
        }

        File.Delete(part);
    }

    /// <summary>Whether a file, packed or not, is there whole; another content is not overwritten.</summary>
    private static bool IsThere(KnownDataset known, string own, string name)
    {
        KnownFile file = FileOf(known, name);
        if (file.In(own) is not { } path)
            return false;
        FileCheck check = FileCheck.Of(own, file, path);
        if (check.Verdict is FileVerdict.Ok or FileVerdict.LengthOnly && file.Contents.First(c => c.Note == check.Content) is { IsSubset: false })
            return true;
        throw new FetchException(
            $"data set '{known.Name}': expected no {name}, or the published one, in {own}, found {(check.Verdict is FileVerdict.Ok or FileVerdict.LengthOnly ? $"one that is '{check.Content}'" : "one with another content")}. "
            + "It is kept: name another folder with --data, or take it away first.");
    }

    private static KnownFile FileOf(KnownDataset known, string name) => known.Editions.SelectMany(e => e.Files).First(f => f.Name == name);

    /// <summary>What a person can do without this program.</summary>
    private static string Advice(KnownDataset known, string own)
    {
        IEnumerable<string> lines = known.Downloads.Select(d =>
            $"  {d.File}{(d.Members.Count > 0 ? $", unpacked to {string.Join(", ", d.Members)}" : "")}, {d.Mark}, from {string.Join(" or ", d.Addresses)}");
        return $"Without a network here, put these files, downloaded elsewhere, into {own}:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}{Environment.NewLine}'metamirror data verify {known.Name}' checks them.";
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, ".metamirror-write-test");
            using var file = new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FetchException($"expected a data folder that can be written to, found {folder}: {e.Message} Name another one with --data.", e);
        }
    }
}
