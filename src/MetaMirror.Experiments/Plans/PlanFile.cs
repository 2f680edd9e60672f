using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Plans;

/// <summary>Plans by name (those that come with this program) or by file.</summary>
public static class PlanFile
{
    private const string Folder = "plans/";
    private const string Ending = ".json";
    private const string SchemaName = "plan.schema";

    /// <summary>Longest plan file in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Names of the plans that come with this program, in order.</summary>
    public static IReadOnlyList<string> Embedded { get; } =
        [.. EmbeddedText.Names(Folder, Ending).Where(n => !string.Equals(n, SchemaName, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The document of an embedded plan, as a plan to start from.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The JSON document.</returns>
    /// <exception cref="ArgumentException">There is no such plan; the message lists them and names the nearest.</exception>
    public static string EmbeddedJson(string name) => Embedded.Contains(name, StringComparer.Ordinal)
        ? EmbeddedText.Read(Folder + name + Ending)
        : throw new ArgumentException(Unknown(name), nameof(name));

    /// <summary>Reads a plan by name or path: what ends in <c>.json</c> or has a folder separator is a path.</summary>
    /// <param name="nameOrPath">Name or path.</param>
    /// <returns>The plan; a folder of tasks in it is resolved against the plan's own folder.</returns>
    /// <exception cref="ArgumentException">There is no such plan.</exception>
    /// <exception cref="PlanException">The plan has mistakes; all are listed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Plan Read(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (!IsPath(nameOrPath))
            return PlanJson.Read(EmbeddedJson(nameOrPath), nameOrPath);
        var file = new FileInfo(nameOrPath);
        if (!file.Exists)
            throw new ArgumentException($"expected a plan's file, found none at {Shown.Text(nameOrPath)}", nameof(nameOrPath));
        if (file.Length > MaxBytes)
            throw new ArgumentException($"plan {Shown.Text(nameOrPath)}: expected at most {MaxBytes} bytes, found {file.Length}", nameof(nameOrPath));
        var plan = PlanJson.Read(File.ReadAllText(file.FullName), nameOrPath);
        return plan.Family is FolderPlan folder
            ? plan with { Family = folder with { Folder = Path.GetFullPath(folder.Folder, file.DirectoryName!) } }
            : plan;
    }

    private static bool IsPath(string text) => text.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || text.AsSpan().IndexOfAny('/', '\\') >= 0;

    private static string Unknown(string name)
    {
        var nearest = NearestName.Of(name, Embedded) is { } n ? $" (did you mean '{n}'?)" : "";
        return $"expected a plan among {string.Join(", ", Embedded)}, or the path of a .json file, found {Shown.Text(name)}{nearest}";
    }
}
