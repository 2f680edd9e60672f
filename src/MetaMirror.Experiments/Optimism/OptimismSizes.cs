namespace MetaMirror.Experiments.Optimism;

/// <summary>How much of the experiment on optimistic meta-gradients is run.</summary>
public sealed record OptimismSizes
{
    /// <summary>Seconds: does it work at all.</summary>
    public static OptimismSizes Smoke { get; } = new()
    {
        Name = "smoke", Curvatures = 91, Dimensions = [2, 20], Conditions = [10, 10_000], Seeds = 3, Steps = 50, RatesPerDecade = 1, GameDimensions = [1, 5], GameSteps = 500,
    };

    /// <summary>Two minutes at most on two cores.</summary>
    public static OptimismSizes Quick { get; } = new()
    {
        Name = "quick", Curvatures = 361, Dimensions = [2, 20, 100], Conditions = [10, 100, 1_000, 10_000], Seeds = 20, Steps = 200, RatesPerDecade = 3, GameDimensions = [1, 5, 20], GameSteps = 2_000,
    };

    /// <summary>Longer runs on finer grids; the paper's own sizes are not known.</summary>
    public static OptimismSizes Paper { get; } = new()
    {
        Name = "paper", Curvatures = 1801, Dimensions = [2, 20, 100], Conditions = [10, 100, 1_000, 10_000], Seeds = 20, Steps = 1_000, RatesPerDecade = 6, GameDimensions = [1, 5, 20], GameSteps = 10_000,
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
}
