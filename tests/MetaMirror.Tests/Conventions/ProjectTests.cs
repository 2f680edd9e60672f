using System.Xml.Linq;

namespace MetaMirror.Tests.Conventions;

/// <summary>The direction of dependencies between the product's projects, as their files declare it.</summary>
public sealed class ProjectTests
{
    /// <summary>Project, and what it may refer to.</summary>
    public static TheoryData<string, string[]> Allowed() => new()
    {
        { "MetaMirror.Numerics", [] },
        { "MetaMirror", ["MetaMirror.Numerics"] },
        { "MetaMirror.Experiments", ["MetaMirror", "MetaMirror.Numerics"] },
        { "MetaMirror.Cli", ["MetaMirror.Experiments", "MetaMirror", "MetaMirror.Numerics"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void ProjectsReferDownwardsOnly(string project, string[] allowed)
    {
        string[] found = [.. Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).OfType<string>()];
        Found.Nothing(found.Except(allowed, StringComparer.Ordinal));
    }

    [Fact]
    public void ThereAreNoOtherProjectsInSrc() =>
        Assert.Equal(
            Allowed().Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
            Directory.GetDirectories(Path.Combine(RepositoryText.Root, "src")).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));

    [Fact]
    public void TheLibrariesNeedNoConsole()
    {
        string[] console = ["System.CommandLine", "Spectre.Console"];
        foreach (string project in new[] { "MetaMirror.Numerics", "MetaMirror", "MetaMirror.Experiments" })
            Found.Nothing(Items(project, "PackageReference").Intersect(console, StringComparer.Ordinal));
    }

    [Fact]
    public void EveryPackageIsNamedInTheNotices()
    {
        string notices = File.ReadAllText(Path.Combine(RepositoryText.Root, "THIRD-PARTY-NOTICES.md"));
        string[] packages = [.. XDocument.Load(Path.Combine(RepositoryText.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value)];
        Assert.NotEmpty(packages);
        Found.Nothing(packages.Where(p => !notices.Contains(p, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Path.Combine(RepositoryText.Root, "src", project, project + ".csproj")).Descendants(kind).Select(i => i.Attribute("Include")!.Value.Replace('\\', '/'));
}
