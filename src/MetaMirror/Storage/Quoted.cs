using System.Text;

namespace MetaMirror.Storage;

/// <summary>Text from a file as it may stand in a message: short, and without control characters that a terminal would obey.</summary>
internal static class Quoted
{
    private const int Longest = 60;

    public static string Text(string text)
    {
        var shown = new StringBuilder("'");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return shown.Append(text.Length > Longest ? "...'" : "'").ToString();
    }
}
