using System.Text;

namespace MetaMirror.Storage;

/// <summary>Text from a file as it may stand in a message: short, and without control characters that a terminal would obey.</summary>
internal static class Quoted
{
    private const int Longest = 60;
    private const int LongestSentence = 240;

    /// <summary>A name or value, in quotes.</summary>
    public static string Text(string text) => $"'{Shown(text, Longest)}'";

    /// <summary>A message of another part that may quote the file, without quotes of its own.</summary>
    public static string Sentence(string text) => Shown(text, LongestSentence);

    private static string Shown(string text, int longest)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return shown.Append(text.Length > longest ? "..." : "").ToString();
    }
}
