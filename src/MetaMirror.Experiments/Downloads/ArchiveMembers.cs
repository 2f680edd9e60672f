using System.Formats.Tar;
using System.IO.Compression;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Downloads;

/// <summary>Takes named files out of a <c>.tar.gz</c>. Folders in the archive mean nothing: a file is known by its name, so none can land elsewhere.</summary>
internal static class ArchiveMembers
{
    /// <summary>Takes the files.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="members">Names of the files wanted.</param>
    /// <param name="folder">Where they go; each is there whole or not at all.</param>
    /// <param name="suffix">Added to their names, until they are checked.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="DataFormatException">The archive is damaged, or a file is not in it.</exception>
    public static void Unpack(string archive, string name, IReadOnlyList<string> members, string folder, string suffix, CancellationToken cancellationToken)
    {
        var missing = new HashSet<string>(members, StringComparer.Ordinal);
        try
        {
            using FileStream file = File.OpenRead(archive);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(unpacked);
            while (missing.Count > 0 && tar.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string own = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } data } && missing.Remove(own))
                    AtomicFile.Write(Path.Combine(folder, own + suffix), stream => data.CopyTo(stream));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException and not DataFormatException)
        {
            throw new DataFormatException(name, "an intact .tar.gz", "a damaged one", e);
        }

        if (missing.Count > 0)
            throw new DataFormatException(name, $"an archive with {string.Join(", ", members)}", $"none with {string.Join(", ", missing.Order(StringComparer.Ordinal))}");
    }
}
