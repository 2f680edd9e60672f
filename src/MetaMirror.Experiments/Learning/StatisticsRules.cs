using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>The rules that a learner from statistics makes: of learned bases, and the control with nothing learned; each for a step size.</summary>
/// <param name="Control">Name of the control.</param>
/// <param name="Bases">Where bases of so many columns start.</param>
/// <param name="Learned">The rule over these bases with this candidate's step and exponent.</param>
/// <param name="Unlearned">The control for these parameters, at the library's default step.</param>
public sealed record StatisticsRules<T>(
    string Control, Func<BoundStatistics, int, ImmutableArray<BasisBlock<T>>> Bases, Func<ImmutableArray<BasisBlock<T>>, StepCandidate, UpdateRule<T>> Learned, Func<ParameterLayout, UpdateRule<T>> Unlearned)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The name by which plans have the schedule's constant learned.</summary>
    internal const string Schedule = "schedule";

    /// <summary>The rules of a plan's <c>learn</c> part.</summary>
    /// <param name="learning">The part.</param>
    /// <param name="refreshes">False: tracked bases stay where the first gradient puts them.</param>
    /// <exception cref="ArgumentException">It is of another kind.</exception>
    public static StatisticsRules<T> Of(IStatisticsLearning learning, bool refreshes = true) => learning switch
    {
        BasisLearning basis => Basis(basis),
        TrackedLearning tracked => Tracked(tracked, refreshes),
        _ => throw new ArgumentException($"Expected options of metamirror-basis or metamirror-tracked, found {learning?.GetType().Name}.", nameof(learning)),
    };

    private static StatisticsRules<T> Basis(BasisLearning learning)
    {
        LearnedBasisOptions Options(double rate) => new() { LearningRate = rate, Momentum = learning.Momentum, Averaging = learning.Averaging, PriorWeight = learning.Prior, Learn = OfRule(learning) };
        LearnedBasisOptions control = new() { Learn = OfRule(learning) };
        return new(
            "unlearned-basis",
            (s, rank) => learning.Basis == BasisStart.Identity ? Each(s, Entries) : new LearnedBasis<T>(s, rank).Blocks,
            (blocks, candidate) => new LearnedBasis<T>(blocks, Options(candidate.LearningRate)),
            layout => LearnedBasis<T>.Unlearned(layout, control));
    }

    private static StatisticsRules<T> Tracked(TrackedLearning learning, bool refreshes)
    {
        TrackedBasisOptions defaults = new();
        TrackedBasisOptions Options(double rate, double exponent, int rank) => new()
        {
            LearningRate = rate, Exponent = exponent, PriorWeight = learning.Prior, Rank = rank, LargestColumns = learning.LargestColumns, LargestRows = learning.LargestRows,
            RotateTracked = learning.RotateTracked, LargestAspect = learning.LargestAspect == 0 ? double.PositiveInfinity : learning.LargestAspect,
            RefreshEvery = learning.RefreshEvery, FactorEvery = learning.FactorEvery, TrackEvery = learning.TrackEvery, RotateResidual = learning.RotateResidual, ResidualEvery = learning.ResidualEvery,
            Learn = OfRule(learning), Momentum = learning.Momentum, Averaging = learning.Averaging,
            TrustRegion = learning.TrustRegion == 0 ? double.PositiveInfinity : learning.TrustRegion,
        };
        TrackedBasisOptions Running(StepCandidate c) =>
            refreshes ? Options(c.LearningRate, c.Exponent, c.Rank) : Options(c.LearningRate, c.Exponent, c.Rank) with { RefreshEvery = int.MaxValue, EarlyRefreshes = [] };

        // The control keeps the library's constants, whatever the plan says of the learned rule's, and has the most columns that the plan names: it has nothing to choose by.
        TrackedBasisOptions control = Options(defaults.LearningRate, defaults.Exponent, learning.Ranks.Max()) with { Momentum = defaults.Momentum, Averaging = defaults.Averaging, TrustRegion = defaults.TrustRegion };

        // A block without columns makes the rule start at random ones.
        return new(
            "unlearned-tracked",
            (s, rank) => learning.Start == BasisStart.Random ? Each(s, (_, block) => BasisBlock<T>.Identity(block)) : new LearnedBasis<T>(s, rank).Blocks,
            (blocks, candidate) => new TrackedBasis<T>(blocks, Running(candidate)),
            layout => TrackedBasis<T>.Unlearned(layout, control));
    }

    /// <summary>What the rule itself learns: the schedule stands in front of it.</summary>
    private static ImmutableArray<string> OfRule(IStatisticsLearning learning) => [.. learning.Learn.Where(name => name != Schedule)];

    private static ImmutableArray<BasisBlock<T>> Each(BoundStatistics statistics, Func<BoundStatistics, ParameterBlock, BasisBlock<T>> block) =>
        [.. statistics.Layout.Blocks.Select(b => block(statistics, b))];

    /// <summary>The identity as a basis of all columns: each entry has its mean squared gradient as prior.</summary>
    private static BasisBlock<T> Entries(BoundStatistics statistics, ParameterBlock block)
    {
        int n = block.Columns;
        var identity = new T[n * n];
        for (int i = 0; i < n; i++)
            identity[(i * n) + i] = T.One;
        var prior = new T[block.Length];
        for (int i = 0; i < prior.Length; i++)
            prior[i] = T.CreateChecked(statistics.SquaredGradients[block.Offset + i] / statistics.Steps);
        return new BasisBlock<T>(block, [], identity, prior, new T[block.Rows]);
    }
}
