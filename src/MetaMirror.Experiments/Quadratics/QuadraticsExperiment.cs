using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Quadratics;

/// <summary>What the experiment on meta-quadratics found.</summary>
/// <param name="Comparison">Iterations, one row per optimizer and regime.</param>
/// <param name="Pictures">Paths on one held-out task of each regime (MetaMD, Figure 1).</param>
/// <param name="Paper">The paper's numbers beside ours.</param>
public sealed record QuadraticsResult(ComparisonResult Comparison, IReadOnlyList<QuadraticPicture> Pictures, IReadOnlyList<PaperFigure> Paper);

/// <summary>Learns on the first tasks of a family of meta-quadratics.</summary>
/// <param name="plan">The plan of the regime.</param>
/// <param name="family">The family.</param>
/// <param name="trainingTasks">Numbers of the tasks to learn on.</param>
/// <param name="cancellationToken">Ends learning early.</param>
public delegate LearnedContenders<double> QuadraticLearner(Plan plan, MetaQuadraticFamily family, IReadOnlyList<int> trainingTasks, CancellationToken cancellationToken);

/// <summary>
/// MetaMD v1 section 5.1: iterations until ||g||_2 falls below a tolerance on held-out quadratics; each baseline has one learning rate per regime,
/// tuned on the first tasks that the others are learned on. Tasks 0, 1, ... are learned on, those after them held out.
/// </summary>
/// <param name="team">Threads; results do not depend on their number.</param>
/// <param name="seed">Seed of the families.</param>
/// <param name="timer">Measures step times; null: they are left out.</param>
/// <param name="progress">Told after every optimizer; may be null.</param>
public sealed class QuadraticsExperiment(WorkerTeam team, ulong seed, StepTimer? timer = null, IProgress<RunProgress>? progress = null)
{
    private readonly Lock _reporting = new();

    /// <summary>The family of a plan.</summary>
    /// <exception cref="ArgumentException">The plan is about something else.</exception>
    public static MetaQuadraticFamily FamilyOf(Plan plan, ulong seed) => new(RegimeOf(Family(plan).Regime), seed);

    /// <summary>Runs the plans of one or more regimes.</summary>
    /// <param name="experiment">Name of the experiment in the result.</param>
    /// <param name="plans">One plan per regime.</param>
    /// <param name="learn">Learns; null: nothing is learned.</param>
    /// <param name="cancellationToken">Ends the experiment early.</param>
    /// <exception cref="ArgumentException">There is no plan, or one is about something else.</exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public QuadraticsResult Run(string experiment, IReadOnlyList<Plan> plans, QuadraticLearner? learn, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plans);
        if (plans.Count == 0)
            throw new ArgumentException("Expected at least one plan of meta-quadratics, found none.", nameof(plans));
        var regimes = new List<RegimeResult>();
        var costs = new List<MetaTrainingSummary>();
        foreach (Plan plan in plans)
        {
            MetaQuadraticFamily family = FamilyOf(plan, seed);
            int[] training = [.. Enumerable.Range(0, Family(plan).LearnTasks)];
            LearnedContenders<double> learned = learn?.Invoke(plan, family, training, cancellationToken) ?? new LearnedContenders<double>([], null);
            if (learned.Cost is { } cost)
                costs.Add(cost);
            regimes.Add(Compare(plan, family, learned.Contenders, cancellationToken));
        }

        double tolerance = Tolerance(plans[0]);
        return new QuadraticsResult(
            new ComparisonResult
            {
                Experiment = experiment,
                Target = new TargetDefinition(
                    "gradientNorm",
                    tolerance,
                    $"Iterations until the Euclidean norm of the gradient falls below {tolerance}; median and quartiles over the held-out tasks of a regime."),
                Comparison = [.. regimes.SelectMany(r => r.Rows)],
                MetaTraining = MetaTrainingCosts.Mean(costs),
            },
            [.. regimes.Select(r => QuadraticPictures.Of(r))],
            PaperIterations.Beside([.. regimes.SelectMany(r => r.Rows)]));
    }

    private RegimeResult Compare(Plan plan, MetaQuadraticFamily family, IReadOnlyList<Contender<double>> learned, CancellationToken cancellationToken)
    {
        MetaQuadraticsPlan sizes = Family(plan);
        MetaQuadraticTask[] tuning = [.. Enumerable.Range(0, sizes.TuningTasks).Select(family.Task)];
        MetaQuadraticTask[] heldOut = [.. Enumerable.Range(sizes.LearnTasks, sizes.HeldOutTasks).Select(family.Task)];
        OptimizerEntry<double>[] tunable = [.. plan.Baselines.Select(Catalogue.Optimizer<double>)];
        var contenders = new Contender<double>[learned.Count + tunable.Length];
        var results = new NormResult[contenders.Length][];
        int done = 0;
        team.Run(contenders.Length, (i, _) =>
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            contenders[i] = i < learned.Count ? learned[i] : Tuned(tunable[i - learned.Count], tuning, plan, cancellationToken);
            results[i] = [.. heldOut.Select((task, k) => NormRun.Run(task, sizes.LearnTasks + k, contenders[i], Tolerance(plan), plan.Training.Steps))];
            double median = Quantiles.Median([.. results[i].Select(r => r.Iterations)]);
            lock (_reporting)
                progress?.Report(new RunProgress($"quadratics, {family.Regime.Name}", ++done, contenders.Length, contenders[i].Name, median));
        });
        cancellationToken.ThrowIfCancellationRequested();
        return new RegimeResult(plan, family, heldOut, contenders, results, [.. contenders.Select((c, i) => Row(plan, family, c, results[i], heldOut[0]))]);
    }

    private static Contender<double> Tuned(OptimizerEntry<double> entry, MetaQuadraticTask[] tasks, Plan plan, CancellationToken cancellationToken)
    {
        TunedRate tuned;
        try
        {
            tuned = IterationTuner.Tune(entry, tasks, Tolerance(plan), plan.Training.Steps, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller throws once all threads have stopped.
            tuned = new TunedRate(new RuleSetting(1, ScheduleName.Constant), double.PositiveInfinity, 0);
        }

        var summary = new TuningSummary("grid", tuned.Evaluations)
        {
            Settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["stepsToTarget"] = tuned.Setting.ToString() },
        };
        return new Contender<double>(entry.Name, entry.Role, entry.Create(tuned.Setting)) { Tuning = summary };
    }

    private ComparisonRow Row(Plan plan, MetaQuadraticFamily family, Contender<double> contender, NormResult[] results, MetaQuadraticTask first)
    {
        double[] iterations = [.. results.Select(r => r.Iterations)];
        return new ComparisonRow
        {
            Optimizer = contender.Name,
            Label = contender.Label,
            Role = contender.Role,
            Target = Tolerance(plan),
            HeldOutTask = family.Regime.Name,
            Seeds = results.Length,
            Steps = plan.Training.Steps,
            Diverged = results.Count(r => r.Diverged),
            StepsToTarget = new StepsToTarget(
                Quantiles.OrNull(Quantiles.Median(iterations)),
                Quantiles.OrNull(Quantiles.Of(iterations, 0.25)),
                Quantiles.OrNull(Quantiles.Of(iterations, 0.75)),
                iterations.Count(double.IsFinite)),
            MillisecondsPerStep = timer?.MillisecondsPerStep(
                new TrainingRun<double>(new MeasuredTask<double>(first, 0), new Measurement(plan.Training.Steps, FullBatch: true)), contender, seed),
            Tuning = contender.Tuning,
        };
    }

    private static double Tolerance(Plan plan) => plan.Target.Value.Number
        ?? throw new ArgumentException($"Plan '{plan.Name}': expected a number as target of meta-quadratics, found '{TargetValue.BestClassicFinalName}'.", nameof(plan));

    private static MetaQuadraticsPlan Family(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Family as MetaQuadraticsPlan
            ?? throw new ArgumentException($"Plan '{plan.Name}': expected a family of meta-quadratics, found {plan.Family.GetType().Name}.", nameof(plan));
    }

    private static MetaQuadraticRegime RegimeOf(QuadraticRegime regime) => regime switch
    {
        QuadraticRegime.Round => MetaQuadraticRegime.Round,
        QuadraticRegime.Stretched => MetaQuadraticRegime.Stretched,
        QuadraticRegime.Steep => MetaQuadraticRegime.Steep,
        _ => throw new ArgumentOutOfRangeException(nameof(regime), regime, "No such regime."),
    };
}

/// <summary>All runs of one regime.</summary>
/// <param name="Plan">The regime's plan.</param>
/// <param name="Family">The family.</param>
/// <param name="HeldOut">Held-out tasks.</param>
/// <param name="Contenders">Learned ones first.</param>
/// <param name="Results">Shape [contenders][held-out tasks].</param>
/// <param name="Rows">One per contender.</param>
internal sealed record RegimeResult(
    Plan Plan, MetaQuadraticFamily Family, MetaQuadraticTask[] HeldOut, Contender<double>[] Contenders, NormResult[][] Results, IReadOnlyList<ComparisonRow> Rows);
