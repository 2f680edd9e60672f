using System.Text.RegularExpressions;

namespace MetaMirror.Tests.Conventions;

/// <summary>What every source file keeps to: its length, its names, and what it must not hold.</summary>
public sealed partial class SourceFileTests
{
    private const int LongestFile = 400;
    private const int LargestMedian = 100;
    private static readonly string[] BannedNames = ["Utils", "Util", "Helpers", "Helper", "Common", "Manager", "Managers", "Misc"];
    private static readonly string[] Everywhere = ["src", "tests", "samples", "bench"];

    // In two parts, so that this file does not hold what it looks for.
    private static readonly string[] BannedText =
        ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception", "Assert." + "Skip", "Skip" + "Unless", "Skip" + "When"];

    [Fact]
    public void NoFileIsLong()
    {
        IEnumerable<string> found = RepositoryText.Sources(Everywhere).Select(f => (File: f, Lines: LinesOf(f))).Where(f => f.Lines > LongestFile)
            .Select(f => $"{RepositoryText.Relative(f.File)} has {f.Lines} lines, expected at most {LongestFile}");
        Found.Nothing(found);
    }

    [Fact]
    public void HalfOfTheProductsFilesAreShort()
    {
        int[] lines = [.. RepositoryText.Sources("src").Select(LinesOf).Order()];
        Assert.True(lines[lines.Length / 2] < LargestMedian, $"The median file of src has {lines[lines.Length / 2]} lines, expected under {LargestMedian}.");
    }

    [Fact]
    public void NoFolderIsNamedAfterALayer() =>
        Found.Nothing(Everywhere.SelectMany(f => RepositoryText.Folders(Path.Combine(RepositoryText.Root, f)))
            .Where(d => BannedNames.Contains(Path.GetFileName(d), StringComparer.OrdinalIgnoreCase)).Select(RepositoryText.Relative));

    [Fact]
    public void NoTypeIsNamedAfterALayer()
    {
        IEnumerable<string> found =
            from file in RepositoryText.Sources(Everywhere)
            from Match declaration in Declaration().Matches(File.ReadAllText(file))
            let name = declaration.Groups["name"].Value
            where BannedNames.Any(b => name.EndsWith(b, StringComparison.Ordinal))
            select $"{RepositoryText.Relative(file)}: {name}";
        Found.Nothing(found);
    }

    [Fact]
    public void AFolderIsNotNamedLikeATypeInIt()
    {
        IEnumerable<string> found = RepositoryText.Sources("src")
            .Where(f => string.Equals(Path.GetFileNameWithoutExtension(f), Path.GetFileName(Path.GetDirectoryName(f)), StringComparison.Ordinal))
            .Select(RepositoryText.Relative);
        Found.Nothing(found);
    }

    [Fact]
    public void NothingIsLeftUndone()
    {
        IEnumerable<string> found =
            from file in RepositoryText.Sources(Everywhere)
            let text = File.ReadAllText(file)
            from banned in BannedText
            where text.Contains(banned, StringComparison.Ordinal)
            select $"{RepositoryText.Relative(file)}: {banned}";
        Found.Nothing(found);
    }

    [Fact]
    public void NoTestIsSkippedAndNoExceptionSwallowed()
    {
        IEnumerable<string> found =
            from file in RepositoryText.Sources(Everywhere)
            let text = File.ReadAllText(file)
            from Match match in SkippedTest().Matches(text).Concat(EmptyCatch().Matches(text))
            select $"{RepositoryText.Relative(file)}: {match.Value}";
        Found.Nothing(found);
    }

    [Theory]
    [InlineData("[Fact(Sk" + "ip = \"later\")]", true)]
    [InlineData("[Theory(DisplayName = \"a\", Sk" + "ip=\"b\")]", true)]
    [InlineData("items.Sk" + "ip(1)", false)]
    public void SkippedTestsAreRecognized(string text, bool expected) => Assert.Equal(expected, SkippedTest().IsMatch(text));

    [Theory]
    [InlineData("cat" + "ch\n{\n}", true)]
    [InlineData("cat" + "ch (IOException e) when (e.HResult == 1) { }", true)]
    [InlineData("catch (IOException)\n{\n    // The file is gone, which is what was wanted.\n}", false)]
    [InlineData("catch (IOException) { failed = true; }", false)]
    public void EmptyCatchesAreRecognized(string text, bool expected) => Assert.Equal(expected, EmptyCatch().IsMatch(text));

    private static int LinesOf(string file) => File.ReadLines(file).Count();

    [GeneratedRegex(@"^\s*(?:\w+\s+)*(?:class|struct|interface|enum|record)\s+(?<name>[A-Z]\w*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\[\s*(Fact|Theory|InlineData|MemberData|ClassData)\s*\([^\]]*\bSkip\s*=", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"\bcatch\s*(\([^)]*\)\s*)?(when\s*\(.*\)\s*)?\{\s*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex EmptyCatch();
}
