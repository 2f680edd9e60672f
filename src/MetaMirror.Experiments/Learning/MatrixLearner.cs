using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Optimism;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// Learns the matrix of mirror descent, Kronecker products or one full matrix (PAPERS 6.6): by the damped closed form of the un-relaxed bound, or at fourth roots of
/// gradient factors; then chooses the step, then refines by hypergradient.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MatrixLearner<T>(Plan plan, MatrixLearning learning, TaskDistribution<T> tasks, LearningSettings settings, TimeProvider time)
    : RuleLearner<T>(plan, tasks, settings, time)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Small beside any learned value: statistics of runs that do not move are refused rather than floored.</summary>
    private const double AbsoluteFloor = 1e-9;

    /// <summary>Gradients kept of a task with at most 1,024 parameters: 8 MiB.</summary>
    private const int MostGradients = 1024;

    private readonly List<OuterStepReport> _history = [];

    /// <inheritdoc/>
    protected override int InnerSteps => learning.InnerSteps ?? Plan.Training.Steps;

    /// <inheritdoc/>
    protected override int PlannedOuterSteps => Statistics is not null
        ? learning.LearningRates.Count + RefinementPhases
        : (learning.Start == MetricStart.FourthRoots ? learning.SourceRuns : 0) + learning.OuterSteps + learning.LearningRates.Count + RefinementPhases;

    // With the checks before and after.
    private int RefinementPhases => learning.RefinementSteps > 0 ? learning.RefinementSteps + 2 : 0;

    /// <summary>The rule as deployed, before learning.</summary>
    public UpdateRule<T> CreateRule() => Deployed(Mirror(Unit()));

    /// <inheritdoc/>
    public override IReadOnlyList<LearnedRule<T>> Learn(CancellationToken cancellationToken = default)
    {
        int phase = 0;
        MirrorDescent<T> mirror = Mirror(Unit());
        if (Statistics is not null)
        {
            Collected = Statistics;
            mirror = Mirror(learning.Start == MetricStart.FourthRoots ? FourthRoots(Statistics) : Minimizer(Statistics));
        }
        else if (learning.Start == MetricStart.FourthRoots)
        {
            Collected = SourceRuns(phase++, learning.SourceOptimizer, learning.SourceLearningRate, learning.SourceRuns, cancellationToken);
            mirror = Mirror(FourthRoots(Collected));
        }

        ImmutableArray<T> natural = [.. new MetaParameters<T>([], mirror.MetaSpecs(Tasks.Layout), []).Natural];
        if (Statistics is null && learning.OuterSteps > 0)
            natural = ClosedForm(phase++, mirror, natural, cancellationToken);
        UpdateRule<T> rule = Deployed(mirror);
        ImmutableArray<T> values = Placed(rule, natural);
        if (learning.LearningRates.Count > 0)
        {
            int best = Choose(
                "step", ref phase, learning.LearningRates, Objective(), r => (rule, WithRate(rule, values, r)), learning.RefinementInnerSteps ?? Plan.Training.Steps, cancellationToken);
            if (best < 0)
                throw new MetaLearningDivergedException($"Every candidate step of {learning.Optimizer} ({string.Join(", ", learning.LearningRates)}) diverged on a source task; give smaller ones.");
            values = WithRate(rule, values, learning.LearningRates[best]);
        }

        string? note = learning.RefinementSteps > 0 ? Refine(phase, rule, ref values, cancellationToken) : null;
        return
        [
            new LearnedRule<T>(
                learning.Optimizer, OptimizerRole.Learned, rule, Tasks.Layout, values, Plan.Training.Steps, [.. _history], CostOf(learning.OuterSteps + learning.RefinementSteps))
            {
                Notes = note is null ? [] : [note],
            },
        ];
    }

    private Divergence<T> Unit() => learning.Optimizer == "metamirror-full" ? new FullMatrixDivergence<T>() : new KroneckerDivergence<T>(Forms);

    /// <summary>All gradients of a run where they are small: then nothing is sampled.</summary>
    private BoundStatisticsOptions Everything
    {
        get
        {
            BoundStatisticsOptions usual = BoundStatisticsOptions.EverythingWithin(Tasks.Layout.Length) with { Factors = false };
            return Tasks.Layout.Length <= FullMatrixDivergence<T>.LargestOrder ? usual with { Gradients = Math.Max(usual.Gradients, Math.Min(InnerSteps, MostGradients)) } : usual;
        }
    }

    private KroneckerOptions Forms => new() { Rank = learning.Rank };

    private MetricFloors Floors => new() { Displacement = AbsoluteFloor, Gradient = AbsoluteFloor, Relative = learning.RelativeFloor };

    private MirrorDescent<T> Mirror(Divergence<T> divergence) => new(divergence, learning.LearningRate);

    private UpdateRule<T> Deployed(MirrorDescent<T> mirror)
    {
        UpdateRule<T> rule = learning.Momentum > 0 ? new Chain<T>(new NesterovHint<T>(learning.Momentum), mirror) : mirror;
        return Scheduled(learning.TrustRegion is { } radius ? new TrustRegion<T>(radius, rule) : rule, learning.Schedule, warmup: 0);
    }

    /// <summary>What the closed form needs, and what a file of statistics is to hold besides: the file must not change what is learned.</summary>
    private BoundStatisticsOptions Kept(BoundStatisticsOptions? file) =>
        file is { } kept ? Everything with { Factors = kept.Factors, Gradients = Math.Max(kept.Gradients, Everything.Gradients) } : Everything;

    private ImmutableArray<T> ClosedForm(int phase, MirrorDescent<T> mirror, ImmutableArray<T> start, CancellationToken cancellationToken)
    {
        var step = new ClosedFormStep<T>(
            learning.Damping, AbsoluteFloor, AbsoluteFloor, learning.RelativeFloor, Kept(Keeps), [.. learning.Tails]);
        MetaLearner<T> learner = RunPhase(
            "metric", phase, SourceStreams, mirror, step, learning.OuterSteps, null, learning.StoppingChange, deploys: true, cancellationToken, start: start);
        _history.AddRange(learner.History);
        Collected = learner.Statistics;
        return [.. learner.Meta.Of(MetaPlace.Rule)];
    }

    /// <summary>Values become the refined ones where these are better; else returns why they are not kept.</summary>
    private string? Refine(int phase, UpdateRule<T> rule, ref ImmutableArray<T> values, CancellationToken cancellationToken)
    {
        int steps = learning.RefinementInnerSteps ?? Plan.Training.Steps;
        MetaObjective<T> objective = Objective();
        MetaLearner<T> learner = Check(phase, rule, objective, steps, values, deploys: true, cancellationToken);
        _history.Clear();
        string? note = Refine(
            phase + 1, rule, rule, Refinement(objective, learning.OuterLearningRate), objective, learning.RefinementSteps, steps, values, ref learner, _history, cancellationToken);
        _history.AddRange(learner.History);
        if (note is null)
            values = [.. learner.Meta.Of(MetaPlace.Rule)];
        return note;
    }

    private MetaObjective<T> Objective() => learning.RefinementObjective switch
    {
        MetaObjectiveName.FinalLoss => new FinalLoss<T>(),
        MetaObjectiveName.FinalGradientNorm => new FinalGradientNorm<T>(),
        _ => new TrajectoryLoss<T>(),
    };

    /// <summary>eta Q with Q the minimizer of the bound, undamped: there are no runs to iterate with.</summary>
    private Divergence<T> Minimizer(BoundStatistics statistics)
    {
        if (learning.Optimizer == "metamirror-full")
        {
            double[] metric = MetricFromStatistics.Full(statistics, Floors).Metric;
            return FullMatrixDivergence<T>.FromMetric(Scaled(metric), Tasks.Layout.Length);
        }

        double[] diagonal = Scaled(MetricFromStatistics.Diagonal(statistics, Floors).Metric);
        return Kronecker((block, index) =>
        {
            if (!block.IsMatrix)
                return new KroneckerFactors(block.Name, [.. diagonal.AsSpan(block.Offset, block.Length)], []);
            KroneckerMetric found = new KroneckerAlternation(statistics, index, Floors).Minimize();
            return found.Bounds.Length >= 3
                ? new KroneckerFactors(block.Name, [.. Scaled(found.Left)], [.. found.Right])
                : throw new ArgumentException($"The Kronecker metric of {block} has no closed form for these statistics. {found.Verdict}", nameof(statistics));
        });
    }

    /// <summary>L = S_L^1/4, R = S_R^1/4 in their own size, S the mean factors; for vectors the root of the mean squared gradient, which is the same power.</summary>
    private Divergence<T> FourthRoots(BoundStatistics statistics) => Kronecker((block, index) =>
    {
        if (!block.IsMatrix)
            return new KroneckerFactors(block.Name, [.. Roots(statistics, block)], []);
        KroneckerMetric found = FourthRootMap.Of(statistics, index, isScaled: false);
        return new KroneckerFactors(block.Name, [.. found.Left], [.. found.Right]);
    });

    private KroneckerDivergence<T> Kronecker(Func<ParameterBlock, int, KroneckerFactors> factors) =>
        KroneckerDivergence<T>.FromFactors(Tasks.Layout, Tasks.Layout.Blocks.Select(factors), Forms);

    private static IEnumerable<double> Roots(BoundStatistics statistics, ParameterBlock block)
    {
        double[] mean = [.. statistics.SquaredGradients.Slice(block.Offset, block.Length).ToArray().Select(g => g / statistics.Steps)];
        double floor = FourthRootMap.UsualDamping * mean.Max();
        return floor > 0 ? mean.Select(g => Math.Sqrt(g + floor)) : throw new ArgumentException($"All gradients of {block} are zero: there is no map.", nameof(statistics));
    }

    private double[] Scaled(double[] metric) => [.. metric.Select(q => learning.LearningRate * q)];

    /// <summary>Metric and eta of plain mirror descent at their places in the deployed rule.</summary>
    private ImmutableArray<T> Placed(UpdateRule<T> rule, ImmutableArray<T> natural)
    {
        MirrorView<T> view = rule.Mirror(Tasks.Layout)!;
        T[] values = new MetaParameters<T>([], rule.MetaSpecs(Tasks.Layout), []).Natural.ToArray();
        natural.AsSpan()[..^1].CopyTo(values.AsSpan(view.MetaStart, view.MetaLength));
        values[view.RateIndex] = natural[^1];
        return [.. values];
    }

    private ImmutableArray<T> WithRate(UpdateRule<T> rule, ImmutableArray<T> values, double rate) =>
        values.SetItem(rule.Mirror(Tasks.Layout)!.RateIndex, T.CreateChecked(rate));
}
