#:project ../../src/MetaMirror.Experiments/MetaMirror.Experiments.csproj
#:property RunAnalyzers=false
#:property TreatWarningsAsErrors=false

// The tables of 0009-tuning.md: dotnet run -c Release docs/experiments/0009-tuning.cs
using MetaMirror.Experiments.Tuning;
using MetaMirror.Experiments.Tuning.Studies;
using MetaMirror.Experiments.Tuning.Surrogates;
using MetaMirror.Numerics;

const int Seeds = 400;
var team = new WorkerTeam(Environment.ProcessorCount);
var usual = new BayesianOptions();
SearchSpace plane = new(new RangeDimension("a", -5, 10), new RangeDimension("b", 0, 15));

Row("as shipped", usual);
Row("random", null);
Row("four at a time", usual, together: 4);
foreach (double multiple in (double[])[0.5, 2, 4, 8, 1e300])
    Row($"worst multiple {multiple}", usual with { WorstMultiple = multiple });
foreach (double beta in (double[])[0.25, 2, 4, 9])
    Row($"beta {beta}", usual with { Acquisition = new UpperConfidenceBound(beta) });
foreach (double scale in (double[])[0.1, 0.3, 0.5])
    Row($"prior length scale {scale}", usual with { Prior = new KernelPrior { LengthScale = scale } });
foreach (double spread in (double[])[0.5, 2])
    Row($"its spread {spread}", usual with { Prior = new KernelPrior { LengthScaleSpread = spread } });
Row("8 starts", usual with { Starts = 8 });

void Row(string name, BayesianOptions? options, int together = 1)
{
    double[] gaps = new double[Seeds];
    team.Run(Seeds, (seed, _) => gaps[seed] = Gap(options is null ? new RandomSampler((ulong)seed) : new BayesianSampler((ulong)seed, options), together));
    Console.WriteLine(FormattableString.Invariant(
        $"| {name} | {100.0 * gaps.Count(g => g <= 0.05) / Seeds:0.0} % | {Quantiles.Median(gaps):0.#E-0} | {Quantiles.Of(gaps, 0.9):0.#E-0} | {gaps.Max():0.##} |"));
}

double Gap(StudySampler sampler, int together)
{
    var trials = new List<StudyTrial>();
    while (trials.Count < 25)
    {
        foreach (StudyPoint point in sampler.Propose(plane, StudyGoal.Minimize, [.. trials], Math.Min(together, 25 - trials.Count)))
            trials.Add(new StudyTrial(trials.Count, point, TrialStatus.Complete, Branin(point.Values[0], point.Values[1]), 0));
    }

    return trials.Min(t => t.Value!.Value) - 0.397887;
}

static double Branin(double a, double b)
{
    double t = b - (5.1 / (4 * Math.PI * Math.PI) * a * a) + (5 / Math.PI * a) - 6;
    return (t * t) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(a)) + 10;
}
