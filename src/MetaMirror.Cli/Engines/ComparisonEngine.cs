using System.Numerics;
using MetaMirror.Cli.Commands;
using MetaMirror.Cli.Errors;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Rivals;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>compare</c> and <c>demo</c> to the experiments: held-out tasks one after the other, so that those done before Ctrl-C are kept.</summary>
internal static class ComparisonEngine
{
    /// <summary>Networks in single precision, convex models in double, quadratics by their own experiment.</summary>
    public static ComparisonOutcome Run(CompareRequest request, EngineContext context)
    {
        return request.Plan switch
        {
            { Family: MetaQuadraticsPlan } when request.HeldOut is { } task =>
                throw new UsageException(
                    "--held-out", $"expected none for meta-quadratics, whose plan says how many tasks are held out, found {Found.Text(task)}"),
            { Family: MetaQuadraticsPlan } when request.Rivals.Count > 0 =>
                throw new UsageException("--rivals", $"expected none for meta-quadratics, whose baselines have one step each for a regime, found {Found.Text(string.Join(',', request.Rivals))}"),
            { Family: MetaQuadraticsPlan } when request.Keeping.Resume => throw NoResume(request.Plan.Name),
            { Family: MetaQuadraticsPlan } => ReproductionEngine.Quadratics(request.Plan.Name, [request.Plan], context),
            { IsDoublePrecision: true } => Run<double>(request, context),
            _ => Run<float>(request, context),
        };
    }

    /// <summary>What is said where nothing is kept to go on from.</summary>
    public static UsageException NoResume(string name) =>
        new("--resume", $"expected a comparison that holds out one task after the other, found {Found.Text(name)}, which is done in one piece");

    private static ComparisonOutcome Run<T>(CompareRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Plan plan = RivalSuite.With(request.Plan, request.Rivals);
        (IReadOnlyList<ComparisonPart> done, bool isComplete) = Parts<T>(plan, request.HeldOut, request.Keeping, context);
        return new ComparisonOutcome(PlanReport.Of(plan, done, context.Seed), isComplete);
    }

    /// <summary>A plan's comparison, part by part, each kept as soon as it is done.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="heldOut">Name of the held-out task; null: those of the plan together, or each in turn.</param>
    /// <param name="keeping">Where parts are kept.</param>
    /// <param name="context">What long work needs.</param>
    public static (IReadOnlyList<ComparisonPart> Done, bool IsComplete) Parts(Plan plan, string? heldOut, Keeping keeping, EngineContext context) =>
        plan.IsDoublePrecision ? Parts<double>(plan, heldOut, keeping, context) : Parts<float>(plan, heldOut, keeping, context);

    /// <summary>
    /// What a plan's comparison does before its first task: finished parts are set aside, or looked at where they are to be taken, so that a file that does not belong here is not found out after an
    /// hour's work on other plans.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="keeping">Where parts are kept.</param>
    /// <param name="context">What long work needs.</param>
    public static void Prepare(Plan plan, Keeping keeping, EngineContext context)
    {
        string[] names = plan.IsDoublePrecision ? Names<double>(plan, context) : Names<float>(plan, context);
        Kept(plan, Groups(plan, null, names), keeping, context);
    }

    private static string[] Names<T>(Plan plan, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T> => [.. PlanTasks.Of<T>(plan, new DatasetCatalogue(context.Data), context.Seed).Select(t => t.Name)];

    /// <summary>The tasks that are held out together.</summary>
    private static IReadOnlyList<IReadOnlyList<string>> Groups(Plan plan, string? heldOut, string[] names) =>
        heldOut is not null ? [[TaskNames.Checked("--held-out", heldOut, names)]] : plan.HeldOut.Count > 0 ? [plan.HeldOut] : [.. names.Select(name => (IReadOnlyList<string>)[name])];

    private static (IReadOnlyList<ComparisonPart> Done, bool IsComplete) Parts<T>(Plan plan, string? heldOut, Keeping keeping, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string[] names = Names<T>(plan, context);
        foreach (string task in plan.HeldOut)
            TaskNames.Checked($"{plan.Name}, $.heldOut", task, names);
        var comparison = new PlanComparison<T>(plan, new DatasetCatalogue(context.Data), context.Settings, context.Clock)
        {
            LearningProgress = context.Learning,
            RunProgress = context.Runs,
        };
        bool together = heldOut is null && plan.HeldOut.Count > 0;
        return Parts(
            Groups(plan, heldOut, names),
            group => ComparisonPart.Of(plan, comparison.Run(together ? [] : group, null, context.Canceled)),
            plan,
            keeping,
            context);
    }

    /// <summary>The finished parts, where they are to be taken; else they are set aside. All are looked at first: a file that does not belong here must not be found out after an hour's work.</summary>
    private static (ComparisonCheckpoints? Files, ComparisonPart?[] Parts) Kept(Plan plan, IReadOnlyList<IReadOnlyList<string>> groups, Keeping keeping, EngineContext context)
    {
        ComparisonCheckpoints? kept = keeping.Folder is { } folder
            ? new ComparisonCheckpoints(Path.Combine(folder, ComparisonCheckpoints.FolderName), plan, context.Seed, Provenance.Version)
            : null;
        if (!keeping.Resume)
            kept?.SetAside();
        IReadOnlyList<DataUse> data = keeping.Resume ? PlanData.Used(plan, new DatasetCatalogue(context.Data)) : [];
        return (kept, [.. groups.Select(g => keeping.Resume ? kept?.Find(g, data) : null)]);
    }

    /// <summary>Held-out tasks one after the other: those that were done before are taken from their files, the others are done and kept.</summary>
    private static (IReadOnlyList<ComparisonPart> Done, bool IsComplete) Parts(
        IReadOnlyList<IReadOnlyList<string>> groups, Func<IReadOnlyList<string>, ComparisonPart> compare, Plan plan, Keeping keeping, EngineContext context)
    {
        (ComparisonCheckpoints? kept, ComparisonPart?[] parts) = Kept(plan, groups, keeping, context);
        bool isComplete = true;
        try
        {
            for (int i = 0; i < groups.Count; i++)
            {
                if (parts[i] is not null)
                    continue;
                parts[i] = compare(groups[i]);
                kept?.Save(parts[i]!);
            }
        }
        catch (OperationCanceledException) when (parts.Any(p => p is not null))
        {
            // The held-out tasks that were done are worth a report.
            isComplete = false;
        }

        return ([.. parts.OfType<ComparisonPart>()], isComplete);
    }
}
