using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Certificates;
using MetaMirror.Descents;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Storage;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Certifications;

/// <summary><c>certify</c>: trains the held-out tasks of a plan with a learned optimizer and says what can be proved about it.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="settings">Seed and threads.</param>
public sealed class PlanCertification<T>(Plan plan, DatasetCatalogue datasets, LearningSettings settings)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Tasks of a kind that are certified one by one; the rest of an endless family would say the same.</summary>
    private const int MostTasks = 20;

    /// <summary>Meta-quadratics run until they converge: their regret is measured over so many steps.</summary>
    private const int QuadraticSteps = 200;

    /// <summary>Tasks whose loss is not convex have nothing but L0 to show: one is enough.</summary>
    private const int MostNotConvex = 1;

    /// <summary>Told of every finished run.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Certifies.</summary>
    /// <param name="learned">The optimizer.</param>
    /// <param name="freshTasks">n' of L4; 0 leaves it out.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="StorageException">The optimizer was learned for parameters of other shapes.</exception>
    public CertificationResult Run(LearnedOptimizer<T> learned, int freshTasks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learned);
        ArgumentOutOfRangeException.ThrowIfNegative(freshTasks);

        // A recipe written elsewhere may be any JSON.
        IReadOnlyList<string>? learnedOn = LearningRecipe.Read(learned.Recipe)?.Tasks;
        HashSet<string> known = [.. learnedOn ?? []];
        (LearningTask<T> Task, int Number)[] tasks = [.. Tasks()];
        if (!learned.Layout.Matches(tasks[0].Task.Layout))
            throw new StorageException($"The optimizer was learned for {learned.Layout}, but the tasks of the plan '{plan.Name}' have {tasks[0].Task.Layout}.");
        var contender = new Contender<T>(learned.Name, OptimizerRole.Learned, learned.Rule) { RuleValues = learned.Natural };
        (LearningTask<T> Task, int Number)[] held = [.. tasks.Where(t => !known.Contains(t.Task.Name))], source = [.. tasks.Where(t => known.Contains(t.Task.Name))];
        List<string> notes = [];
        if (learnedOn is null)
            notes.Add("The file does not say which tasks it was learned on: all tasks of the plan are taken as held out, and there is no L3.");
        PremiseStatus unseen = learnedOn is null ? PremiseStatus.Assumed : PremiseStatus.Checked;
        if (held.Length == 0)
        {
            unseen = PremiseStatus.Failed;
            notes.Add("The optimizer was learned on all tasks of the plan: the runs below are on tasks it has seen. 'learn --held-out TASK' leaves one out.");
            held = source;
        }

        bool convex = new RunCertification<T>(Problem(held[0].Task, contender, out MetaParameters<T> meta), meta).Curvature.IsConvex;
        int most = convex ? MostTasks : MostNotConvex;
        if (held.Length > most)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The first {most} of {held.Length} tasks are certified one by one."));
        RunCertificationResult[] results = Certify("certifying held-out tasks", held.AsSpan(0, Math.Min(most, held.Length)), contender, cancellationToken);
        var certificates = ImmutableArray.CreateBuilder<Certificate>();
        certificates.AddRange(results.SelectMany(r => r.Certificates));
        if (results.Length > 1 && convex)
            certificates.Add(AcrossTasks.Of(results, unseen));
        if (source.Length > 0)
            certificates.Add(Family(convex ? source : source[..Math.Min(2, source.Length)], results, contender, cancellationToken));
        if (freshTasks > 0)
            certificates.AddRange(new FreshRuns<T>(plan, datasets, settings.Seed, new WorkerTeam(settings.Threads)) { Progress = Progress }
                .Certify(contender, known, freshTasks, cancellationToken));
        return new CertificationResult(learned.Name, plan.Name, certificates.ToImmutable()) { Notes = [.. notes], Seed = settings.Seed };
    }

    private Certificate Family((LearningTask<T> Task, int Number)[] source, RunCertificationResult[] heldOut, Contender<T> contender, CancellationToken cancellationToken)
    {
        RunCertificationResult[] runs = Certify("certifying training tasks", source, contender, cancellationToken);
        return FamilyCertificate.Of(runs, heldOut, Steps, FamilyMetric.Of(contender.Rule, source[0].Task.Layout, contender.RuleValues!.Value.AsSpan()));
    }

    private int Steps => plan.Family is MetaQuadraticsPlan ? Math.Min(plan.Training.Steps, QuadraticSteps) : plan.Training.Steps;

    private RunCertificationResult[] Certify(
        string stage, ReadOnlySpan<(LearningTask<T> Task, int Number)> tasks, Contender<T> contender, CancellationToken cancellationToken)
    {
        (LearningTask<T> Task, int Number)[] copies = tasks.ToArray();
        var results = new RunCertificationResult[copies.Length];
        int done = 0;
        Lock reporting = new();
        new WorkerTeam(settings.Threads).Run(copies.Length, (i, _) =>
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            InnerProblem<T> problem = Problem(copies[i].Task, contender, out MetaParameters<T> meta);
            try
            {
                results[i] = new RunCertification<T>(problem, meta).Run(new BatchKey(settings.Seed, 0, 0, (uint)copies[i].Number), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Every run ends like this once it is canceled; the caller throws once, below.
                return;
            }

            lock (reporting)
                Progress?.Report(new RunProgress(stage, ++done, copies.Length, copies[i].Task.Name, problem.Descent.Loss));
        });
        cancellationToken.ThrowIfCancellationRequested();
        return results;
    }

    private InnerProblem<T> Problem(LearningTask<T> task, Contender<T> contender, out MetaParameters<T> meta)
    {
        var problem = new InnerProblem<T>(task, contender.Rule, new TaskInitialPoint<T>(), new Unroll(Steps, plan.Training.BatchSize is null));
        meta = contender.MetaFor(problem.Descent.Objective);
        return problem;
    }

    private IEnumerable<(LearningTask<T> Task, int Number)> Tasks()
    {
        if (plan.Family is not MetaQuadraticsPlan quadratics)
            return PlanTasks.Of<T>(plan, datasets, settings.Seed).Select((t, i) => ((LearningTask<T>)t, i));
        MetaQuadraticFamily family = QuadraticsExperiment.FamilyOf(plan, settings.Seed);
        return Enumerable.Range(0, quadratics.LearnTasks + quadratics.HeldOutTasks).Select(i => ((LearningTask<T>)(object)family.Task(i), i));
    }
}
