namespace MetaMirror.Experiments.Checkpoints;

/// <summary>
/// Files that are there whole or not at all: content goes to a temporary file in the same folder, is flushed to disk, and takes the name by
/// one rename. A process killed at any moment leaves the old content or the new.
/// </summary>
public static class AtomicFile
{
    /// <summary>What the temporary file's name ends with; one left by a killed process is overwritten by the next write.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes a file.</summary>
    /// <param name="path">File to write or replace; its folder must exist.</param>
    /// <param name="content">Writes the content; if it throws, an older file of that name stays as it was.</param>
    /// <exception cref="IOException">The folder is not there, the disk is full, or another process is writing this file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not writable.</exception>
    public static void Write(string path, Action<Stream> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(content);
        if (Directory.Exists(path))
            throw new IOException($"Expected the name of a file to write, found the folder '{path}'.");
        string temporary = path + TemporarySuffix;

        // Opened outside the try: a file that another process is writing must not be deleted.
        var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                content(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
