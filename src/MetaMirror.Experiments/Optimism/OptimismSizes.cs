namespace MetaMirror.Experiments.Optimism;

/// <summary>How much of the experiment on optimistic meta-gradients is run.</summary>
public sealed record OptimismSizes
{
    /// <summary>Seconds: does it work at all.</summary>
    public static OptimismSizes Smoke { get; } = new()
    {
        Name = "smoke", Curvatures = 91, Dimensions = [2, 20], Conditions = [10, 10_000], Seeds = 3, Steps = 50, RatesPerDecade = 1, GameDimensions = [1, 5], GameSteps = 500,
        NetworkSteps = 100, NetworkSeeds = 1, NetworkRates = [1e-3, 1e-2, 1e-1, 1],
    };

    /// <summary>Minutes: all dimensions and condition numbers, 20 seeds; the network from 13 rates.</summary>
    public static OptimismSizes Quick { get; } = new()
    {
        Name = "quick", Curvatures = 361, Dimensions = [2, 20, 100], Conditions = [10, 100, 1_000, 10_000], Seeds = 20, Steps = 200, RatesPerDecade = 3, GameDimensions = [1, 5, 20], GameSteps = 2_000,
        NetworkSteps = 2_000, NetworkSeeds = 3, NetworkRates = HalfDecades,
    };

    /// <summary>Longer runs on finer grids; the paper's own sizes are not known.</summary>
    public static OptimismSizes Paper { get; } = new()
    {
        Name = "paper", Curvatures = 1801, Dimensions = [2, 20, 100], Conditions = [10, 100, 1_000, 10_000], Seeds = 20, Steps = 1_000, RatesPerDecade = 6, GameDimensions = [1, 5, 20], GameSteps = 10_000,
        NetworkSteps = 2_000, NetworkSeeds = 10, NetworkRates = HalfDecades,
    };

    /// <summary>Name of the scale.</summary>
    public required string Name { get; init; }

    /// <summary>Values of h in [1e-9, 1] of the rate envelope.</summary>
    public required int Curvatures { get; init; }

    /// <summary>Dimensions of the convex quadratics.</summary>
    public required IReadOnlyList<int> Dimensions { get; init; }

    /// <summary>Their condition numbers.</summary>
    public required IReadOnlyList<double> Conditions { get; init; }

    /// <summary>Random quadratics of each kind, and random games.</summary>
    public required int Seeds { get; init; }

    /// <summary>Steps on the convex quadratics.</summary>
    public required int Steps { get; init; }

    /// <summary>Learning rates per decade of [1e-3, 10].</summary>
    public required int RatesPerDecade { get; init; }

    /// <summary>Dimensions of each player of the games.</summary>
    public required IReadOnlyList<int> GameDimensions { get; init; }

    /// <summary>Steps of the games.</summary>
    public required int GameSteps { get; init; }

    /// <summary>Steps of the network's runs.</summary>
    public required int NetworkSteps { get; init; }

    /// <summary>Runs of the network at each rate.</summary>
    public required int NetworkSeeds { get; init; }

    /// <summary>Rates that the network's runs start from, rising.</summary>
    public required IReadOnlyList<double> NetworkRates { get; init; }

    /// <summary>1e-5 to 10.</summary>
    private static double[] HalfDecades => [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 3, 10];
}
