using System.Text;

namespace MetaMirror.Experiments.Readers;

/// <summary>Text from a file as it may stand in a message: short, and without control characters that a terminal would obey.</summary>
internal static class Shown
{
    private const int Longest = 40;

    public static string Text(ReadOnlySpan<char> text)
    {
        var shown = new StringBuilder("'");
        foreach (var c in text[..Math.Min(text.Length, Longest)])
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return shown.Append(text.Length > Longest ? "...'" : "'").ToString();
    }
}
