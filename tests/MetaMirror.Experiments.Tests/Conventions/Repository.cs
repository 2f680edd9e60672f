namespace MetaMirror.Experiments.Tests.Conventions;

/// <summary>Files of the repository that tests compare with code.</summary>
internal static class Repository
{
    /// <summary>The path of a file, from the repository's root.</summary>
    public static string File(params string[] parts)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "MetaMirror.slnx")))
            folder = folder.Parent;
        return Path.Combine([folder?.FullName ?? throw new DirectoryNotFoundException($"Expected MetaMirror.slnx above {AppContext.BaseDirectory}."), .. parts]);
    }
}
