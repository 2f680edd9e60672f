using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Experiments.Tests.Tuning.Studies;

/// <summary>Functions whose minima are known.</summary>
internal static class KnownFunctions
{
    public const double BraninMinimum = 0.397887;
    public const double HartmannMinimum = -3.32237;

    private static readonly double[] Weights = [1, 1.2, 3, 3.2];

    private static readonly double[][] Steepness =
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ];

    private static readonly double[][] Centers =
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];

    public static SearchSpace BraninSpace { get; } = new(new RangeDimension("a", -5, 10), new RangeDimension("b", 0, 15));

    public static SearchSpace HartmannSpace { get; } = new([.. Enumerable.Range(0, 6).Select(i => (SearchDimension)new RangeDimension($"x{i}", 0, 1))]);

    /// <summary>(b - 5.1 a^2 / (4 pi^2) + 5 a / pi - 6)^2 + 10 (1 - 1 / (8 pi)) cos a + 10.</summary>
    public static double Branin(StudyPoint point)
    {
        (double a, double b) = (point.Values[0], point.Values[1]);
        double t = b - (5.1 / (4 * Math.PI * Math.PI) * a * a) + (5 / Math.PI * a) - 6;
        return (t * t) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(a)) + 10;
    }

    /// <summary>Hartmann's function of six variables.</summary>
    public static double Hartmann(StudyPoint point)
    {
        double sum = 0;
        for (int i = 0; i < Weights.Length; i++)
        {
            double exponent = 0;
            for (int j = 0; j < 6; j++)
                exponent += Steepness[i][j] * Math.Pow(point.Values[j] - Centers[i][j], 2);
            sum -= Weights[i] * Math.Exp(-exponent);
        }

        return sum;
    }

    /// <summary>The least of so many values.</summary>
    public static double Best(SearchSpace space, Func<StudyPoint, double> function, StudySampler sampler, int budget, int together = 1) =>
        Run(space, function, sampler, budget, together).Min(t => t.Value!.Value);

    /// <summary>The trials.</summary>
    public static IReadOnlyList<StudyTrial> Run(SearchSpace space, Func<StudyPoint, double> function, StudySampler sampler, int budget, int together = 1)
    {
        var trials = new List<StudyTrial>();
        while (trials.Count < budget)
        {
            foreach (StudyPoint point in sampler.Propose(space, StudyGoal.Minimize, [.. trials], Math.Min(together, budget - trials.Count)))
                trials.Add(new StudyTrial(trials.Count, point, TrialStatus.Complete, function(point), 0));
        }

        return trials;
    }
}
