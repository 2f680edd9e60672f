using System.Text;

namespace MetaMirror.Cli.Errors;

/// <summary>Text from outside as it may stand in a message.</summary>
internal static class Found
{
    private const int Longest = 80;

    /// <summary>In quotes, short, without characters that a terminal would obey.</summary>
    public static string Text(string text)
    {
        bool cut = text.Length > Longest;
        return $"'{Plain(cut ? text[..Longest] : text)}{(cut ? "..." : "")}'";
    }

    /// <summary>Without characters that a terminal would obey, line feeds excepted.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (c != '\r')
                plain.Append(char.IsControl(c) && c != '\n' ? '?' : c);
        }

        return plain.ToString();
    }
}
