using System.Text.RegularExpressions;

namespace MetaMirror.Tests.Conventions;

/// <summary>What the convention tests need to know about one Markdown page.</summary>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string file, string prose, string text)
    {
        File = file;
        Prose = prose;
        Text = text;
    }

    public string File { get; }

    /// <summary>The page.</summary>
    public string Text { get; }

    /// <summary>The page without fenced code, inline code and comments.</summary>
    public string Prose { get; }

    public static MarkdownPage Read(string file)
    {
        string text = System.IO.File.ReadAllText(file).ReplaceLineEndings("\n");
        return new MarkdownPage(file, InlineCode().Replace(Comment().Replace(Fence().Replace(text, ""), ""), ""), text);
    }

    /// <summary>Targets of links and pictures.</summary>
    public IEnumerable<string> Targets() => Link().Matches(Prose).Select(m => m.Groups["target"].Value);

    /// <summary>Anchors of the headings: lower case, spaces to hyphens, punctuation dropped, as on GitHub.</summary>
    public IReadOnlySet<string> Anchors()
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(Text, "")))
        {
            string words = Dropped().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            string anchor = words;
            for (int n = 1; !anchors.Add(anchor); n++)
                anchor = $"{words}-{n}";
        }

        return anchors;
    }

    /// <summary>C# blocks marked as copies of a sample's region: <c>&lt;!-- sample: path#region --&gt;</c>.</summary>
    public IEnumerable<(string Path, string Region, string Code)> Samples() => Sample().Matches(Text)
        .Select(m => (m.Groups["path"].Value, m.Groups["region"].Value, m.Groups["code"].Value));

    [GeneratedRegex(@"^(?<tick>```+|~~~+).*?^\k<tick>[ \t]*$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Fence();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Comment();

    [GeneratedRegex("`[^`\n]+`", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}[ \t]+(?<text>.+?)[ \t]*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Dropped();

    [GeneratedRegex(@"<!--\s*sample:\s*(?<path>[^#\s]+)#(?<region>\S+)\s*-->\s*```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Sample();
}
