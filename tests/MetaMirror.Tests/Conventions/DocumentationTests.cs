using System.Text.RegularExpressions;

namespace MetaMirror.Tests.Conventions;

/// <summary>What the pages promise: links that lead somewhere, code that compiles elsewhere, types that exist.</summary>
public sealed partial class DocumentationTests
{
    private static bool Approves => Environment.GetEnvironmentVariable("METAMIRROR_APPROVE") == "1";

    private static readonly string[] Private = [RepositoryText.Root + "/", "/tmp/", "/home/", "/root/", "C:\\Users"];

    [Fact]
    public void EveryRelativeLinkLeadsToAFileAndAHeading()
    {
        var broken = new List<string>();
        foreach (MarkdownPage page in RepositoryText.Pages().Select(MarkdownPage.Read))
        {
            foreach (string target in page.Targets().Where(t => !IsAddress(t)))
            {
                string[] parts = target.Split('#', 2);
                string file = parts[0].Length == 0 ? page.File : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.File)!, Uri.UnescapeDataString(parts[0])));
                bool exists = File.Exists(file) || Directory.Exists(file);
                if (!exists || (parts.Length == 2 && !MarkdownPage.Read(file).Anchors().Contains(parts[1])))
                    broken.Add($"{RepositoryText.Relative(page.File)}: {target}");
            }
        }

        Found.Nothing(broken);
    }

    [Fact]
    public void CodeInThePagesIsTheSamplesCode()
    {
        var different = new List<string>();
        int compared = 0;
        foreach (MarkdownPage page in RepositoryText.Pages().Select(MarkdownPage.Read))
        {
            foreach ((string path, string region, string code) in page.Samples())
            {
                compared++;
                string sample = Region(Path.Combine(RepositoryText.Root, path), region);
                if (string.Equals(Tidy(code), sample, StringComparison.Ordinal))
                    continue;
                if (Approves)
                    File.WriteAllText(page.File, File.ReadAllText(page.File).Replace(code, sample, StringComparison.Ordinal));
                else
                    different.Add($"{RepositoryText.Relative(page.File)}: the block of {path}#{region} differs from the sample; METAMIRROR_APPROVE=1 copies it");
            }
        }

        Found.Nothing(different);
        Assert.True(compared >= 2, $"Expected at least two blocks marked as samples, found {compared}.");
    }

    [Fact]
    public void TypesInTheMapAreDeclaredInTheirFiles()
    {
        var missing = new List<string>();
        MarkdownPage readme = MarkdownPage.Read(Path.Combine(RepositoryText.Root, "README.md"));
        MatchCollection rows = MapRow().Matches(readme.Text);
        foreach (Match row in rows)
        {
            string source = File.ReadAllText(Path.Combine(RepositoryText.Root, row.Groups["file"].Value));
            foreach (Match name in TypeName().Matches(row.Groups["types"].Value))
            {
                if (!Regex.IsMatch(source, $@"\b(class|struct|record|interface|enum)\s+{name.Groups["name"].Value}\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
                    missing.Add($"{name.Value} in {row.Groups["file"].Value}");
            }
        }

        Found.Nothing(missing);
        Assert.True(rows.Count >= 10, $"Expected at least ten rows of the map in README.md, found {rows.Count}.");
    }

    [Fact]
    public void EverySectionThatCommentsCiteIsInTheIndex()
    {
        string index = File.ReadAllText(Path.Combine(RepositoryText.Root, "docs", "papers", "README.md"));
        IEnumerable<string> cited = RepositoryText.Sources("src", "tests", "samples", "bench").SelectMany(f => Citation().Matches(File.ReadAllText(f)))
            .SelectMany(m => m.Groups["section"].Captures.Select(c => c.Value)).Distinct(StringComparer.Ordinal);
        Found.Nothing(cited.Where(s => !index.Contains($"| {s} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryCaseThatCommentsCiteIsListed()
    {
        string cases = File.ReadAllText(Path.Combine(RepositoryText.Root, "docs", "cases.md"));
        IEnumerable<string> cited = RepositoryText.Sources("src", "tests", "samples", "bench").SelectMany(f => Case().Matches(File.ReadAllText(f)))
            .SelectMany(m => m.Groups["case"].Captures.Select(c => c.Value)).Distinct(StringComparer.Ordinal);
        Found.Nothing(cited.Where(c => !cases.Contains($"| {c} |", StringComparison.Ordinal)));
    }

    [Fact]
    public void NoPageNamesAPrivatePath() =>
        Found.Nothing(RepositoryText.Pages().Where(p => Private.Any(f => File.ReadAllText(p).Contains(f, StringComparison.Ordinal))).Select(RepositoryText.Relative));

    [Fact]
    public void EveryDecisionHasItsParts()
    {
        string[] parts = ["## Context", "## Options", "## Decision", "## Consequences"];
        string[] records = Directory.GetFiles(Path.Combine(RepositoryText.Root, "docs", "decisions"), "0*.md");
        Assert.NotEmpty(records);
        Found.Nothing(
            from record in records
            let text = File.ReadAllText(record)
            from part in parts
            where !text.Contains(part, StringComparison.Ordinal)
            select $"{RepositoryText.Relative(record)} has no '{part}'");
    }

    private static bool IsAddress(string target) => target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal);

    private static string Region(string file, string name)
    {
        Assert.True(File.Exists(file), $"There is no sample {RepositoryText.Relative(file)}.");
        string[] lines = File.ReadAllLines(file);
        int start = Array.FindIndex(lines, l => string.Equals(l.Trim(), $"#region {name}", StringComparison.Ordinal));
        Assert.True(start >= 0, $"{RepositoryText.Relative(file)} has no region '{name}'.");
        int end = Array.FindIndex(lines, start, l => l.Trim().StartsWith("#endregion", StringComparison.Ordinal));
        return Tidy(string.Join('\n', lines[(start + 1)..end]));
    }

    /// <summary>Without common indentation, trailing spaces and empty lines around.</summary>
    private static string Tidy(string code)
    {
        string[] lines = [.. code.Split('\n').Select(l => l.TrimEnd())];
        int indent = lines.Where(l => l.Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(l => l.Length == 0 ? l : l[indent..])).Trim('\n');
    }

    [GeneratedRegex(@"^\|[^|\n]*\|(?<types>[^|\n]*)\|[^|\n]*\]\((?<file>src/[^)#\s]+\.cs)\)[^|\n]*\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex MapRow();

    [GeneratedRegex("`(?<name>[A-Z]\\w*)(<T>)?`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"PAPERS\s+(section\s+)?(?<section>\d+(\.\d+)?)((,|\sand)\s(?<section>\d+(\.\d+)?))*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Citation();

    [GeneratedRegex(@"CASES\s+(?<case>A\d+)((,|\sand)\s(?<case>A\d+))*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Case();
}
