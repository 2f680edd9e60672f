using System.Reflection;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Conventions;

/// <summary>
/// The public surface of the two libraries as approved text, so that every change of it shows in review. METAMIRROR_APPROVE=1 rewrites the files.
/// </summary>
public sealed class PublicApiTests
{
    private const int Shown = 20;

    public static TheoryData<string> Libraries() => ["MetaMirror.Numerics", "MetaMirror"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PublicApiIsTheApprovedOne(string library)
    {
        Assembly assembly = library == "MetaMirror" ? typeof(ParameterLayout).Assembly : typeof(RandomStream).Assembly;
        Assert.Equal(library, assembly.GetName().Name);
        string found = PublicApi.Of(assembly);
        string file = Path.Combine(RepositoryText.Root, "tests", "MetaMirror.Tests", "Approved", $"PublicApi.{library}.txt");
        if (Environment.GetEnvironmentVariable("METAMIRROR_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, found);
        }

        string approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        string[] gone = [.. approved.Split('\n').Except(found.Split('\n'), StringComparer.Ordinal)];
        string[] added = [.. found.Split('\n').Except(approved.Split('\n'), StringComparer.Ordinal)];
        Assert.True(
            string.Equals(approved, found, StringComparison.Ordinal),
            $"The public API of {library} is not the approved one. Run this test with METAMIRROR_APPROVE=1 and review the difference.\n"
            + $"Gone:\n{string.Join('\n', gone.Take(Shown))}\nNew:\n{string.Join('\n', added.Take(Shown))}");
    }
}
