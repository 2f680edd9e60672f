using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>What the experiment on optimistic meta-gradients found: one JSON document.</summary>
public sealed record OptimismResult
{
    /// <summary>Name of the experiment.</summary>
    public string Experiment { get; init; } = "optimism";

    /// <summary>How much was run.</summary>
    public required string Scale { get; init; }

    /// <summary>Seed of the random quadratics and games.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Slope of the rate envelope over T = 400 .. 4000, log-log, alpha_t = 1 and no hints; the theory says -1.</summary>
    public required double SlopeWithoutHint { get; init; }

    /// <summary>The same with alpha_t = t and the last gradient as hint; the theory says -2.</summary>
    public required double SlopeWithHint { get; init; }

    /// <summary>Whether the bounds of PAPERS 3.3 held at every step of every run behind the rates.</summary>
    public required bool BoundsHold { get; init; }

    /// <summary>The largest gap / bound of those.</summary>
    public required double WorstRatio { get; init; }

    /// <summary>Runs that were repeated with a larger lambda because its premise had failed.</summary>
    public required int Repeats { get; init; }

    /// <summary>The envelope over h.</summary>
    public required RateEnvelope Envelope { get; init; }

    /// <summary>Fixed ill-conditioned quadratics beside their bounds.</summary>
    public required IReadOnlyList<RateCurves> FixedQuadratics { get; init; }

    /// <summary>The convex quadratic figure.</summary>
    public required IReadOnlyList<QuadraticFigure> ConvexQuadratics { get; init; }

    /// <summary>Bilinear games.</summary>
    public required IReadOnlyList<GameFigure> Games { get; init; }

    /// <summary>The network figure's numbers; null where no network was run.</summary>
    public NetworkFigures? Network { get; init; }

    /// <summary>Rows of the parts that train networks; empty where none was run.</summary>
    public IReadOnlyList<ComparisonRow> Comparison { get; init; } = [];
}
