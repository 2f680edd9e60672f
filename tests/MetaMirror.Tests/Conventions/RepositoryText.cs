using MetaMirror.Tests.Storage;

namespace MetaMirror.Tests.Conventions;

/// <summary>The repository's hand-written text files, by folder.</summary>
internal static class RepositoryText
{
    private static readonly string[] Built = ["artifacts", "bin", "obj", "metamirror-out", "TestResults", ".git"];

    public static string Root { get; } = RepositoryFiles.PathOf();

    /// <summary>Path from the root, with forward slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>C# files below these folders of the root, in ordinal order; folders that do not exist count as empty.</summary>
    public static IReadOnlyList<string> Sources(params string[] folders) => [.. folders.SelectMany(f => Below(Path.Combine(Root, f), "*.cs")).Order(StringComparer.Ordinal)];

    /// <summary>All Markdown files of the root and the folders below it.</summary>
    public static IReadOnlyList<string> Pages() => [.. Below(Root, "*.md").Order(StringComparer.Ordinal)];

    /// <summary>Folders below this one that are not built.</summary>
    public static IEnumerable<string> Folders(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.GetDirectories(folder).Where(d => !Built.Contains(Path.GetFileName(d), StringComparer.Ordinal)).SelectMany(d => Folders(d).Prepend(d));

    private static IEnumerable<string> Below(string folder, string pattern) => !Directory.Exists(folder)
        ? []
        : Folders(folder).Prepend(folder).SelectMany(d => Directory.GetFiles(d, pattern));
}
