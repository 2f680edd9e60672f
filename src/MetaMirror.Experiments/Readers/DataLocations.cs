namespace MetaMirror.Experiments.Readers;

/// <summary>One folder with data sets in folders of their names, and where the user stated it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Origin">For example <c>--data</c>.</param>
public readonly record struct DataLocation(string Folder, string Origin);

/// <summary>Where data sets are looked for, in order.</summary>
public sealed class DataLocations
{
    /// <summary>The environment variable that names a data folder.</summary>
    public const string Variable = "METAMIRROR_DATA";

    private const string System = "/usr/share/datasets";

    /// <summary>Looks in these folders, in this order.</summary>
    /// <param name="folders">The folders; they need not exist.</param>
    public DataLocations(params IReadOnlyList<DataLocation> folders)
    {
        Folders = [.. folders];
    }

    /// <summary>The folders in order.</summary>
    public IReadOnlyList<DataLocation> Folders { get; }

    /// <summary>The usual order: the folder stated, <c>METAMIRROR_DATA</c>, <c>$XDG_CACHE_HOME/metamirror</c> or <c>~/.cache/metamirror</c>, <c>/usr/share/datasets</c>.</summary>
    /// <param name="data">The value of <c>--data</c>, or null.</param>
    /// <exception cref="DatasetNotFoundException">The folder stated does not exist.</exception>
    public static DataLocations Usual(string? data) => Usual(data, Environment.GetEnvironmentVariable);

    /// <summary>The usual order with the environment passed in.</summary>
    internal static DataLocations Usual(string? data, Func<string, string?> variable)
    {
        if (data is not null && !Directory.Exists(data))
        {
            throw new DatasetNotFoundException($"--data: expected a folder with data sets, found none at '{data}'");
        }

        var folders = new List<DataLocation>();
        if (data is not null)
        {
            folders.Add(new DataLocation(data, "--data"));
        }

        if (variable(Variable) is { Length: > 0 } stated)
        {
            folders.Add(new DataLocation(stated, Variable));
        }

        // The XDG rules say that a relative path is to be ignored.
        var cache = variable("XDG_CACHE_HOME") is { Length: > 0 } xdg && Path.IsPathFullyQualified(xdg)
            ? xdg
            : variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache") : null;
        if (cache is not null)
        {
            folders.Add(new DataLocation(Path.Combine(cache, "metamirror"), "cache"));
        }

        folders.Add(new DataLocation(System, "system"));
        return new DataLocations(folders);
    }
}
