using System.Numerics;
using System.Text.Json;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Storage;

namespace MetaMirror.Cli.Engines;

/// <summary>Wires <c>certify</c> to the experiments.</summary>
internal static class CertificationEngine
{
    /// <summary>Networks in single precision, convex models and quadratics in double.</summary>
    public static CertificationResult Run(CertifyRequest request, EngineContext context)
    {
        Plan plan = request.Plan ?? OwnPlan(request.File);
        return plan.IsDoublePrecision ? Run<double>(plan, request, context) : Run<float>(plan, request, context);
    }

    private static CertificationResult Run<T>(Plan plan, CertifyRequest request, EngineContext context)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LearnedOptimizer<T> learned = Load<T>(request.File);
        if (PlanData.Reminder(request.File, learned.License) is { } reminder)
            context.Warn(reminder);
        var datasets = new DatasetCatalogue(context.Data);
        var certification = new PlanCertification<T>(plan, datasets, context.Settings with { Seed = Seed(request, learned.Recipe) }) { Progress = context.Runs };
        try
        {
            return certification.Run(learned, request.FreshTasks, context.Canceled) with { Data = [.. PlanData.Used(plan, datasets)] };
        }
        catch (StorageException mismatch)
        {
            throw new StorageException($"FILE {Found.Text(request.File)}: {mismatch.Message}", mismatch);
        }
    }

    /// <summary>The seed stated, or the one learned with: with another seed generated tasks would be other ones, and those held out might have been learned on.</summary>
    private static ulong Seed(CertifyRequest request, string recipe) =>
        request.Seed ?? (LearningRecipe.Read(recipe) is { Plan.ValueKind: JsonValueKind.Object } own ? own.Seed : CommonOptions.UsualSeed);

    private static LearnedOptimizer<T> Load<T>(string file)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return LearnedOptimizer<T>.Load(stream);
        }
        catch (StorageException damage)
        {
            throw new StorageException($"FILE {Found.Text(file)}: {damage.Message}", damage);
        }
    }

    private static Plan OwnPlan(string file)
    {
        // A recipe written elsewhere may be any JSON.
        if (LearningRecipe.Read(Load<double>(file).Recipe) is not { Plan.ValueKind: JsonValueKind.Object } recipe)
            throw new UsageException("--plan", $"expected a plan, for the recipe in {Found.Text(file)} holds none");
        Plan plan = PlanJson.Read(recipe.Plan.GetRawText(), file);
        return plan.Family is not FolderPlan
            ? plan
            : throw new UsageException("--plan", "expected the plan of the folder of tasks: a learned optimizer does not say where its files lie");
    }
}
