using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Certificates;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Quadratics;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Certifications;

/// <summary>L4: runs a frozen optimizer on fresh tasks of a plan's family and certifies the next one by its rank.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="plan">The plan.</param>
/// <param name="datasets">Where data is found.</param>
/// <param name="seed">Master seed.</param>
/// <param name="team">Threads.</param>
internal sealed class FreshRuns<T>(Plan plan, DatasetCatalogue datasets, ulong seed, WorkerTeam team)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Runs of comparisons and of learning have smaller numbers.</summary>
    private const int FirstRun = 1 << 20;

    private readonly Lock _reporting = new();

    /// <summary>Told after every run.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Runs and certifies.</summary>
    /// <param name="contender">The optimizer.</param>
    /// <param name="learnedOn">Names of the tasks that it was learned on.</param>
    /// <param name="count">n', the number of fresh tasks.</param>
    /// <param name="cancellationToken">Ends the runs early.</param>
    public ImmutableArray<Certificate> Certify(Contender<T> contender, IReadOnlyCollection<string> learnedOn, int count, CancellationToken cancellationToken) =>
        plan.Family is MetaQuadraticsPlan quadratics
            ? Quadratics((Contender<double>)(object)contender, quadratics, learnedOn, count, cancellationToken)
            : Supervised(contender, learnedOn, count, cancellationToken);

    private ImmutableArray<Certificate> Quadratics(
        Contender<double> contender, MetaQuadraticsPlan family, IReadOnlyCollection<string> learnedOn, int count, CancellationToken cancellationToken)
    {
        MetaQuadraticFamily tasks = QuadraticsExperiment.FamilyOf(plan, seed);
        double tolerance = plan.Target.Value.Number ?? throw new ArgumentException($"Plan '{plan.Name}' has no number as target.");

        // The optimizer may have been learned with more tasks than this plan has.
        int[] fresh = Numbers(family.LearnTasks + family.HeldOutTasks, count, i => !learnedOn.Contains(tasks.Task(i).Name));
        double[] iterations = new double[count];
        int done = 0;
        Each(count, i =>
        {
            iterations[i] = NormRun.Run(tasks.Task(fresh[i]), fresh[i], contender, tolerance, plan.Training.Steps).Iterations;
            Report(ref done, count, contender.Name, iterations[i]);
        }, cancellationToken);
        return [new RankCertificate("number of steps to the target", [.. iterations]).Certify(Premises("a quadratic of the family, drawn independently"))];
    }

    /// <summary>The first so many numbers, from one on, that are free.</summary>
    internal static int[] Numbers(int first, int count, Func<int, bool> isFree)
    {
        int[] numbers = new int[count];
        for (int i = first, k = 0; k < count; i++)
        {
            if (isFree(i))
                numbers[k++] = i;
        }

        return numbers;
    }

    private ImmutableArray<Certificate> Supervised(Contender<T> contender, IReadOnlyCollection<string> learnedOn, int count, CancellationToken cancellationToken)
    {
        Draw[] draws = Drawn(learnedOn, count, out string how);
        Measurement measurement = Measurement.Of(plan);
        var records = new RunRecord[count];
        int done = 0;
        Each(count, i =>
        {
            records[i] = new TrainingRun<T>(draws[i].Task, measurement).Run(contender, seed, draws[i].Run, cancellationToken);
            Report(ref done, count, contender.Name, records[i].FinalLoss);
        }, cancellationToken);
        ImmutableArray<Premise> premises = Premises(how);
        var certificates = ImmutableArray.CreateBuilder<Certificate>();
        certificates.Add(new RankCertificate("final training loss", [.. records.Select(r => r.FinalLoss)]).Certify(premises));
        if (plan.Target.Value.Number is { } target)
            certificates.Add(new RankCertificate("number of steps to the target", [.. records.Select(r => r.StepsTo(target))]).Certify(premises));
        return certificates.ToImmutable();
    }

    /// <summary>Sensors are generated anew; of a finite family a task is drawn, and its initial weights and batches are new.</summary>
    private Draw[] Drawn(IReadOnlyCollection<string> learnedOn, int count, out string how)
    {
        if (plan.Family is SensorsPlan sensors)
        {
            // Another seed, another set of sensors.
            Plan fresh = plan with { Family = sensors with { Tasks = count } };
            IReadOnlyList<SupervisedTask<T>> made = PlanTasks.Of<T>(fresh, datasets, ~seed);
            how = "a sensor generated anew";
            return [.. PlanTasks.Measured(fresh, made, ~seed).Select((t, i) => new Draw(t, FirstRun + i))];
        }

        IReadOnlyList<SupervisedTask<T>> all = PlanTasks.Of<T>(plan, datasets, seed);
        MeasuredTask<T>[] pool = [.. PlanTasks.Measured(plan, all, seed).Where(t => !learnedOn.Contains(t.Task.Name))];
        string kind = "held-out tasks of the plan";
        if (pool.Length == 0)
        {
            pool = [.. PlanTasks.Measured(plan, all, seed)];
            kind = "tasks of the plan, which were learned on, so that nothing is said of others";
        }

        how = string.Create(CultureInfo.InvariantCulture, $"at random among {pool.Length} {kind}, with initial weights and mini-batches of its own");

        var draws = new Draw[count];
        var stream = new RandomStream(new StreamKey(seed, 0, FirstRun, StreamPurpose.TaskSample, 0));
        for (int i = 0; i < count; i++)
            draws[i] = new Draw(pool[(int)stream.NextBounded((uint)pool.Length)], FirstRun + i);
        return draws;
    }

    private void Each(int count, Action<int> run, CancellationToken cancellationToken)
    {
        team.Run(count, (i, _) =>
        {
            try
            {
                if (!cancellationToken.IsCancellationRequested)
                    run(i);
            }
            catch (OperationCanceledException)
            {
                // Every run ends like this once it is canceled; the caller throws once, below.
                return;
            }
        });
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Report(ref int done, int count, string name, double value)
    {
        int now = Interlocked.Increment(ref done);
        lock (_reporting)
            Progress?.Report(new RunProgress("running fresh tasks", now, count, name, value));
    }

    private static ImmutableArray<Premise> Premises(string how) =>
    [
        Premise.Checked("the optimizer was frozen before the fresh tasks were drawn", how: "it was read from its file before that"),
        Premise.Assumed($"the next task is drawn as these were: {how}", how: "can't be checked: that task is not at hand"),
    ];

    private readonly record struct Draw(MeasuredTask<T> Task, int Run);
}
