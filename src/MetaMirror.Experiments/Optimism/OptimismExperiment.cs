using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Optimism;

/// <summary>What a run of the experiment gives: the numbers, and the parts' chapters.</summary>
/// <param name="Result">The numbers.</param>
/// <param name="Parts">Further parts, in their order.</param>
public sealed record OptimismOutcome(OptimismResult Result, IReadOnlyList<OptimismPart> Parts);

/// <summary>
/// <c>reproduce optimism</c>: rates with and without hints (Optimistic Meta-Gradients, Theorems 1 and 2), the convex quadratic figure (Figure 2), bilinear games, and what
/// <paramref name="parts"/> add.
/// </summary>
/// <param name="team">Threads; results do not depend on their number.</param>
/// <param name="seed">Seed of quadratics and games.</param>
/// <param name="progress">Told of what is done; may be null.</param>
/// <param name="parts">Further parts, run last; a part is a function of the sizes, so that it can be added in one line.</param>
public sealed class OptimismExperiment(WorkerTeam team, ulong seed, IProgress<RunProgress>? progress = null, IReadOnlyList<OptimismPartRunner>? parts = null)
{
    /// <summary>Runs everything.</summary>
    /// <param name="sizes">How much.</param>
    /// <param name="cancellationToken">Ends the experiment early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public OptimismOutcome Run(OptimismSizes sizes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(team);
        RateEnvelope envelope = RateStudy.Envelope(sizes.Curvatures, team, cancellationToken);
        progress?.Report(new RunProgress("rates", 1, 2, "the envelope", double.NaN));
        IReadOnlyList<RateCurves> quadratics = RateStudy.Fixed(cancellationToken);
        progress?.Report(new RunProgress("rates", 2, 2, "fixed quadratics", double.NaN));
        IReadOnlyList<QuadraticFigure> figures = QuadraticStudy.Run(sizes, seed, team, progress, cancellationToken);
        IReadOnlyList<GameFigure> games = GameStudy.Run(sizes, seed, team, progress, cancellationToken);
        OptimismPart[] more = [.. (parts ?? []).Select(run => run(sizes, cancellationToken))];
        RateCurves[] rates = [envelope.Curves, .. quadratics];
        var result = new OptimismResult
        {
            Scale = sizes.Name,
            Seed = seed,
            SlopeWithoutHint = envelope.SlopeWithoutHint,
            SlopeWithHint = envelope.SlopeWithHint,
            BoundsHold = rates.All(r => r.BoundsHold),
            WorstRatio = rates.Max(r => r.WorstRatio),
            Repeats = rates.Sum(r => r.Repeats),
            Envelope = envelope,
            FixedQuadratics = quadratics,
            ConvexQuadratics = figures,
            Games = games,
            Network = more.Select(p => p.Network).FirstOrDefault(n => n is not null),
            Comparison = [.. more.SelectMany(p => p.Comparison)],
        };
        return new OptimismOutcome(result, more);
    }
}
