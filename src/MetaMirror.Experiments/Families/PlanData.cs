using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Families;

/// <summary>The data sets known by name that a plan's tasks are made of, and what that means for what is learned from them.</summary>
public static class PlanData
{
    /// <summary>License of values learned from data that restrict nothing, and of those learned from data that this program knows nothing of.</summary>
    private const string Free = "CC0-1.0";
    private const string Unknown = "Not stated: learned from the user's own data";

    /// <summary>Names of the data sets of a family; none where its data are generated or the user's own.</summary>
    /// <param name="family">The family.</param>
    public static IReadOnlyList<string> Names(FamilyPlan family) => family switch
    {
        RotatedImagesPlan images => [images.Dataset],
        ImageSetsPlan sets => sets.Datasets,
        DigitPairsPlan pairs => [pairs.Dataset],
        _ => [],
    };

    /// <summary>An embedded plan, or the one that takes its place where its own data are not found.</summary>
    /// <param name="name">Name of the plan.</param>
    /// <param name="standIn">Name of the other.</param>
    /// <param name="datasets">Where data sets are found.</param>
    /// <param name="isStandIn">Whether it took its place.</param>
    public static Plan ReadOr(string name, string standIn, DatasetCatalogue datasets, out bool isStandIn)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        Plan plan = PlanFile.Read(name);
        isStandIn = !Names(plan.Family).All(n => datasets.TryFind(n, out _));
        return isStandIn ? PlanFile.Read(standIn) : plan;
    }

    /// <summary>What there is of a plan's data sets: which files, whole or which part.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="datasets">Where data sets are found.</param>
    public static IReadOnlyList<DataUse> Used(Plan plan, DatasetCatalogue datasets)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(datasets);
        return plan.Family is FolderPlan own ? [TaskFolder.Use(own.Folder)] : [.. Names(plan.Family).Select(datasets.Use)];
    }

    /// <summary>What was really read for a plan: which files, whole or which part, and how many examples of them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="datasets">Where data sets are found.</param>
    /// <param name="tasks">The plan's tasks.</param>
    public static IReadOnlyList<DataUse> Used<T>(Plan plan, DatasetCatalogue datasets, IReadOnlyList<SupervisedTask<T>> tasks)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tasks);

        // Only tasks that are whole data sets say how much of them was taken.
        bool counted = plan.Family is RotatedImagesPlan or ImageSetsPlan;
        return
        [
            .. Used(plan, datasets).Select((use, i) => use with
            {
                TrainExamples = counted ? tasks[i].Data.Train.Examples.Count : null,
                TestExamples = counted && tasks[i].Data.Test is { IsRead: true } test ? test.Examples.Count : null,
            }),
        ];
    }

    /// <summary>The license of what is learned on some tasks of a plan: the restrictions of the data sets that were read, if there are any, each with their names.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tasks">Names of the tasks learned on, or that statistics came from.</param>
    public static string LicenseOf(Plan plan, IEnumerable<string> tasks)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(tasks);
        string[] seen = [.. tasks];

        // Tasks of image sets are named as the data sets; the tasks of other families all come from the one.
        string[] read = plan.Family is ImageSetsPlan ? seen : [.. seen, .. Names(plan.Family)];
        string[] clauses =
        [
            .. KnownDatasets.Restrictions
                .Select(restriction => (Restriction: restriction, Sets: DatasetCatalogue.Known.Where(k => k.Restriction == restriction && read.Contains(k.Name, StringComparer.Ordinal)).Select(k => k.Name).ToArray()))
                .Where(r => r.Sets.Length > 0)
                .Select(r => $"{r.Restriction}: learned from {string.Join(", ", r.Sets)}"),
        ];
        if (clauses.Length == 0)
            return plan.Family is FolderPlan ? Unknown : Free;
        string all = string.Join("; ", clauses);
        return char.ToUpperInvariant(all[0]) + all[1..];
    }

    /// <summary>Whether a license in a learned optimizer's file restricts its use.</summary>
    /// <param name="license">The license.</param>
    public static bool IsRestricted(string license)
    {
        ArgumentNullException.ThrowIfNull(license);
        return KnownDatasets.Restrictions.Any(r => license.StartsWith(r, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What a person is told who uses a learned optimizer; null where nothing needs to be.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="license">Its license.</param>
    public static string? Reminder(string file, string license) => IsRestricted(license) ? $"The optimizer '{file}' has a license with limits. {license}." : null;
}
