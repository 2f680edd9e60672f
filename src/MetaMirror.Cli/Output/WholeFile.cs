using System.Text;
using MetaMirror.Experiments.Checkpoints;

namespace MetaMirror.Cli.Output;

/// <summary>Files that are there whole or not at all: written beside their place under another name, flushed, renamed.</summary>
internal static class WholeFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text as UTF-8.</summary>
    /// <exception cref="IOException">It cannot be written; nothing is left.</exception>
    public static void Write(string path, Action<TextWriter> content)
    {
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, Utf8, leaveOpen: true) { NewLine = "\n" };
            content(writer);
        });
    }
}
