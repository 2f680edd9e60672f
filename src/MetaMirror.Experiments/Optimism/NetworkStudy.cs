using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Optimism;

/// <summary>
/// A network on real images in place of the paper's ImageNet figure: element-wise rates learned online, with and without optimism, beside heavy ball and Adam, from many rates to start from.
/// Nothing is tuned but the rate that is drawn. Same initial weights and mini-batches for all.
/// </summary>
/// <param name="team">Threads; results do not depend on their number.</param>
/// <param name="seed">Master seed.</param>
/// <param name="datasets">Where FashionMNIST is looked for; without it the embedded digits are used.</param>
/// <param name="progress">Told of what is done; may be null.</param>
public sealed class NetworkStudy(WorkerTeam team, ulong seed, DatasetCatalogue datasets, IProgress<RunProgress>? progress = null)
{
    private const string Images = "fashion-mnist";
    private const int EverySteps = 25;

    /// <summary>Heavy ball, whose final loss at its best rate is the target.</summary>
    internal const string Target = "sgd-momentum";

    /// <summary>The subject.</summary>
    internal const string Optimistic = "optimistic-meta-gradient";

    /// <summary>What is compared, in the order of tables.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        [Target, "adam", "hypergradient-descent-elementwise", "normalized-hypergradient", "optimistic-hypergradient", "averaged-meta-gradient", Optimistic];

    /// <summary>Runs all optimizers from all rates.</summary>
    /// <param name="sizes">Steps, seeds, rates.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public OptimismPart Run(OptimismSizes sizes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        bool found = datasets.TryFind(Images, out _);
        Plan plan = PlanFile.Read(found ? "rotated-fashion" : "rotated-digits");
        MeasuredTask<float> task = PlanTasks.Measured(plan, PlanTasks.Of<float>(plan, datasets, seed), seed)[0];
        var measurement = new Measurement(sizes.NetworkSteps, plan.Training.BatchSize is null, EverySteps);
        (string Name, double Rate, Contender<float> Contender)[] settings =
        [
            .. from name in Names
               from rate in sizes.NetworkRates
               let setting = new RuleSetting(rate, ScheduleName.Constant)
               select (name, rate, Contender(name, setting)),
        ];
        RunRecord[] records = new RunPool<float>(team, seed, progress).Run(
            task, measurement, "network", [.. settings.SelectMany(s => Enumerable.Range(0, sizes.NetworkSeeds).Select(run => new RunJob<float>(s.Contender, run)))], cancellationToken);
        NetworkCurve[] curves =
        [
            .. Names.Select((name, k) => new NetworkCurve(name, [.. sizes.NetworkRates.Select((rate, i) =>
                new Trial(new RuleSetting(rate, ScheduleName.Constant), [.. records.AsSpan(((k * sizes.NetworkRates.Count) + i) * sizes.NetworkSeeds, sizes.NetworkSeeds)]))])),
        ];
        double target = curves[0].Best.FinalLoss;
        NetworkFigures figures = NetworkFigures.Of(
            curves, found ? "RotatedFashion, 0 degrees, 784-100-100-10" : "the embedded digits, 0 degrees, 64-32-10, since FashionMNIST was not found");
        return new OptimismPart(
            NetworkSection.Of(curves, figures, sizes),
            [.. settings.Zip(curves.SelectMany(c => c.Trials), (s, trial) => ComparisonRows.Of(s.Contender, trial, task, measurement, target))])
        {
            Data = PlanData.Used(plan, datasets),
            PaperFigures = NetworkSection.Paper(figures),
            Network = figures,
        };
    }

    private static Contender<float> Contender(string name, RuleSetting setting)
    {
        OptimizerEntry<float> entry = Catalogue.Optimizer<float>(name);
        return new Contender<float>(name, entry.Role, entry.Create(setting)) { Label = $"{name}, {setting}" };
    }
}

/// <summary>One optimizer from every rate.</summary>
/// <param name="Name">As in the catalogue.</param>
/// <param name="Trials">Its runs, one trial for each rate, rising.</param>
internal sealed record NetworkCurve(string Name, IReadOnlyList<Trial> Trials)
{
    /// <summary>Where it ends lowest.</summary>
    public Trial Best { get; } = Trials.MinBy(t => t.FinalLoss)!;

    /// <summary>From a rate; null if it was not run.</summary>
    public Trial? From(double rate) => Trials.FirstOrDefault(t => t.Setting.LearningRate == rate);

    /// <summary>The highest final loss over the rates of a range.</summary>
    public double Worst(double least, double most) => Trials.Where(t => t.Setting.LearningRate >= least && t.Setting.LearningRate <= most).Max(t => t.FinalLoss);
}
