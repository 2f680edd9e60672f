using System.Runtime.CompilerServices;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>Texts that a person has read and approved, in <c>Approved/NAME.txt</c>. METAMIRROR_APPROVE=1 writes them anew, to be read in review.</summary>
internal static class ApprovedText
{
    private const string Variable = "METAMIRROR_APPROVE";

    public static void Check(string name, string text)
    {
        string path = Path.Combine(Folder(), name + ".txt");
        if (string.Equals(Environment.GetEnvironmentVariable(Variable), "1", StringComparison.Ordinal))
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"No approved text '{name}': run with {Variable}=1, read it, commit it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(here))!, "Approved");
}
