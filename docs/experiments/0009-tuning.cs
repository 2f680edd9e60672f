#:project ../../src/MetaMirror.Experiments/MetaMirror.Experiments.csproj
#:property RunAnalyzers=false
#:property TreatWarningsAsErrors=false

// The tables of 0009-tuning.md: dotnet run -c Release docs/experiments/0009-tuning.cs
using MetaMirror.Experiments.Tuning;
using MetaMirror.Experiments.Tuning.Studies;
using MetaMirror.Experiments.Tuning.Surrogates;
using MetaMirror.Numerics;

const int Seeds = 400, OtherSeeds = 100;
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

// Functions on which nothing was chosen.
double[] multiples = [0.5, 1, 2, 4, 8, 1e300];
SearchSpace six = new([.. Enumerable.Range(0, 6).Select(i => (SearchDimension)new RangeDimension($"x{i}", 0, 1))]);
SearchSpace square = new(new RangeDimension("a", -2, 2), new RangeDimension("b", -2, 2));
SearchSpace wide = new(new RangeDimension("a", -3, 3), new RangeDimension("b", -2, 2));
(string Name, SearchSpace Space, Func<StudyPoint, double> Function, double Minimum, int Budget)[] others =
[
    ("Hartmann-6, 25 values", six, Hartmann, -3.32237, 25),
    ("Hartmann-6, 50 values", six, Hartmann, -3.32237, 50),
    ("Goldstein-Price, 25 values", square, GoldsteinPrice, 3, 25),
    ("six-hump camel, 25 values", wide, Camel, -1.031628, 25),
];
foreach ((string name, SearchSpace space, Func<StudyPoint, double> function, double minimum, int budget) in others)
{
    Other("random", seed => new RandomSampler(seed));
    foreach (double multiple in multiples)
        Other($"worst multiple {multiple}", seed => new BayesianSampler(seed, usual with { WorstMultiple = multiple }));

    void Other(string variant, Func<ulong, StudySampler> sampler)
    {
        double[] gaps = new double[OtherSeeds];
        team.Run(OtherSeeds, (seed, _) => gaps[seed] = Best(space, function, sampler((ulong)seed), budget, 1) - minimum);
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {variant} | {Quantiles.Of(gaps, 0.1):g2} | {Quantiles.Median(gaps):g2} | {Quantiles.Of(gaps, 0.9):g2} |"));
    }
}

void Row(string name, BayesianOptions? options, int together = 1)
{
    double[] gaps = new double[Seeds];
    team.Run(Seeds, (seed, _) => gaps[seed] = Gap(options is null ? new RandomSampler((ulong)seed) : new BayesianSampler((ulong)seed, options), together));
    Console.WriteLine(FormattableString.Invariant(
        $"| {name} | {100.0 * gaps.Count(g => g <= 0.05) / Seeds:0.0} % | {Quantiles.Median(gaps):g2} | {Quantiles.Of(gaps, 0.9):g2} | {gaps.Max():0.##} |"));
}

double Gap(StudySampler sampler, int together) => Best(plane, Branin, sampler, 25, together) - 0.397887;

static double Best(SearchSpace space, Func<StudyPoint, double> function, StudySampler sampler, int budget, int together)
{
    var trials = new List<StudyTrial>();
    while (trials.Count < budget)
    {
        foreach (StudyPoint point in sampler.Propose(space, StudyGoal.Minimize, [.. trials], Math.Min(together, budget - trials.Count)))
            trials.Add(new StudyTrial(trials.Count, point, TrialStatus.Complete, function(point), 0));
    }

    return trials.Min(t => t.Value!.Value);
}

static double Branin(StudyPoint point)
{
    (double a, double b) = (point.Values[0], point.Values[1]);
    double t = b - (5.1 / (4 * Math.PI * Math.PI) * a * a) + (5 / Math.PI * a) - 6;
    return (t * t) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(a)) + 10;
}

static double GoldsteinPrice(StudyPoint point)
{
    (double a, double b) = (point.Values[0], point.Values[1]);
    double sum = a + b + 1, difference = (2 * a) - (3 * b);
    double first = 1 + (sum * sum * (19 - (14 * a) + (3 * a * a) - (14 * b) + (6 * a * b) + (3 * b * b)));
    double second = 30 + (difference * difference * (18 - (32 * a) + (12 * a * a) + (48 * b) - (36 * a * b) + (27 * b * b)));
    return first * second;
}

static double Camel(StudyPoint point)
{
    (double a, double b) = (point.Values[0], point.Values[1]);
    return ((4 - (2.1 * a * a) + (a * a * a * a / 3)) * a * a) + (a * b) + ((-4 + (4 * b * b)) * b * b);
}

static double Hartmann(StudyPoint point)
{
    double[] weights = [1, 1.2, 3, 3.2];
    double[][] steepness = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];
    double[][] centers =
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    double sum = 0;
    for (int i = 0; i < weights.Length; i++)
    {
        double exponent = 0;
        for (int j = 0; j < 6; j++)
            exponent += steepness[i][j] * Math.Pow(point.Values[j] - centers[i][j], 2);
        sum -= weights[i] * Math.Exp(-exponent);
    }

    return sum;
}
