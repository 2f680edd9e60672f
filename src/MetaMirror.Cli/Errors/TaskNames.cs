using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Errors;

/// <summary>Names of tasks on the command line.</summary>
internal static class TaskNames
{
    private const int MostListed = 12;

    /// <summary>The name, if it is a task's.</summary>
    /// <exception cref="UsageException">It is none; the message lists them, if they are few, and names the nearest.</exception>
    public static string Checked(string option, string name, IReadOnlyList<string> tasks)
    {
        if (tasks.Contains(name, StringComparer.Ordinal))
            return name;
        string list = tasks.Count <= MostListed ? string.Join(", ", tasks) : $"{tasks[0]}, {tasks[1]}, ... {tasks[^1]}";
        string nearest = NearestName.Of(name, tasks) is { } near ? $" (did you mean '{near}'?)" : "";
        throw new UsageException(option, $"expected a task among {list}, found {Found.Text(name)}{nearest}");
    }
}
