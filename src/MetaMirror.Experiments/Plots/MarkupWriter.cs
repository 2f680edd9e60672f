using System.Text;

namespace MetaMirror.Experiments.Plots;

/// <summary>Writes well-formed markup (SVG, and HTML that is also XML): every element is closed and every text escaped.</summary>
/// <param name="output">Receives the markup; not disposed.</param>
public sealed class MarkupWriter(TextWriter output)
{
    private readonly Stack<string> open = new();

    /// <summary>Number of elements that are open.</summary>
    public int Depth => open.Count;

    /// <summary>Writes <c>&lt;name a="v" ...&gt;</c>; attributes whose value is null are left out.</summary>
    /// <param name="name">Element name.</param>
    /// <param name="attributes">Attribute names and values, values unescaped.</param>
    public void Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        output.Write('>');
        open.Push(name);
    }

    /// <summary>Closes the element opened last.</summary>
    /// <exception cref="InvalidOperationException">No element is open.</exception>
    public void Close()
    {
        if (open.Count == 0) throw new InvalidOperationException("Expected an open element to close, found none.");
        var name = open.Pop();
        output.Write("</");
        output.Write(name);

        // A line break between words and these elements would show as a space.
        output.Write(name is "span" or "strong" or "b" ? ">" : ">\n");
    }

    /// <summary>Writes <c>&lt;name a="v" ... /&gt;</c>.</summary>
    /// <param name="name">Element name.</param>
    /// <param name="attributes">Attribute names and values, values unescaped.</param>
    public void Empty(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Start(name, attributes);
        output.Write(" />\n");
    }

    /// <summary>Writes <c>&lt;name a="v" ...&gt;text&lt;/name&gt;</c>.</summary>
    /// <param name="name">Element name.</param>
    /// <param name="text">Content, unescaped.</param>
    /// <param name="attributes">Attribute names and values, values unescaped.</param>
    public void Element(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Open(name, attributes);
        Text(text);
        Close();
    }

    /// <summary>Writes escaped text.</summary>
    /// <param name="text">Any text; characters that XML forbids and text-direction overrides become U+FFFD.</param>
    public void Text(string text) => output.Write(Escape(text));

    /// <summary>Writes markup as it is. Only for constants of this assembly (style sheets, the document type).</summary>
    /// <param name="markup">Trusted markup.</param>
    internal void Raw(string markup) => output.Write(markup);

    /// <summary>Escapes text for element content and for attribute values in double quotes.</summary>
    /// <param name="text">Any text, also with unpaired surrogates and control characters.</param>
    /// <returns>The escaped text.</returns>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': escaped.Append("&amp;"); break;
                case '<': escaped.Append("&lt;"); break;
                case '>': escaped.Append("&gt;"); break;
                case '"': escaped.Append("&quot;"); break;
                case '\'': escaped.Append("&#39;"); break;
                default: escaped.Append(IsHarmless(rune.Value) ? rune.ToString() : "\uFFFD"); break;
            }
        }

        return escaped.ToString();
    }

    // XML 1.0 section 2.2 allows these characters; the direction overrides would let a name rewrite the text around it.
    private static bool IsHarmless(int code) => code switch
    {
        '\t' or '\n' or '\r' => true,
        < 0x20 or (>= 0x7F and <= 0x9F) => false,
        (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => false,
        0xFFFE or 0xFFFF => false,
        _ => true,
    };

    private void Start(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        output.Write('<');
        output.Write(name);
        foreach (var (key, value) in attributes)
        {
            if (value is null) continue;
            output.Write(' ');
            output.Write(key);
            output.Write("=\"");
            output.Write(Escape(value));
            output.Write('"');
        }
    }
}
