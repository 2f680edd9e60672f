using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MetaMirror.Cli.Commands;

namespace MetaMirror.Cli.Output;

/// <summary>What commands that usually write no file write where <c>--out</c> names a folder: their JSON document.</summary>
internal static class ExtraDocument
{
    /// <summary>Writes the document, if <c>--out</c> was stated.</summary>
    public static void Write<T>(Session session, string name, T document, JsonTypeInfo<T> type) =>
        Write(session, name, JsonSerializer.Serialize(document, type));

    /// <summary>Writes a text, if <c>--out</c> was stated.</summary>
    public static void Write(Session session, string name, string text)
    {
        if (session.Out is null)
            return;
        string path = Path.Combine(OutputPlace.Folder(session, "", null), name);
        WholeFile.Write(path, writer => writer.WriteLine(text.TrimEnd()));
        session.Terminal.Error.WriteLine($"Wrote {path}");
    }
}
