using MetaMirror.Cli.Commands;

namespace MetaMirror.Cli.Output;

/// <summary>Where results are written. Asked before any work begins, so that an hour's work is not lost to a folder that cannot be written to.</summary>
internal static class OutputPlace
{
    private const string Everything = "metamirror-out";

    /// <summary>The folder of a command's results, made if need be: <c>--out</c>, or <c>./metamirror-out/COMMAND-PLAN</c>.</summary>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    public static string Folder(Session session, string command, string? plan)
    {
        string folder = session.Out ?? Path.Combine(session.Terminal.Folder, Everything, plan is null ? command : $"{command}-{plan}");
        MakeWritable(folder, session.Out is null ? "the folder for results" : "--out");
        return folder;
    }

    /// <summary>The folder of all results where <c>--out</c> is not stated; it may not be there.</summary>
    public static string All(Session session) => Path.Combine(session.Terminal.Folder, Everything);

    /// <summary>Makes sure that a file can be written: its folder is made if need be, and the file itself is no folder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void CheckFile(string file, string argument)
    {
        if (Directory.Exists(file))
            throw new IOException($"{argument}: expected a file to write, found a folder at '{file}'");
        MakeWritable(Path.GetDirectoryName(Path.GetFullPath(file))!, argument);
    }

    /// <summary>Whether a folder, or the nearest one above it that is there, can be written to; why not, if not. Nothing is made.</summary>
    public static string? Obstacle(string folder)
    {
        string full = Path.GetFullPath(folder);
        while (!Directory.Exists(full) && !File.Exists(full) && Path.GetDirectoryName(full) is { } parent)
            full = parent;
        try
        {
            Try(full);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private static void MakeWritable(string folder, string argument)
    {
        try
        {
            Directory.CreateDirectory(folder);
            Try(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{argument}: expected a folder that can be written to, found '{folder}': {error.Message}", error);
        }
    }

    private static void Try(string folder)
    {
        string path = Path.Combine(folder, $".metamirror-{Guid.NewGuid():N}");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }
}
