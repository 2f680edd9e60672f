using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>The rules that a learner from statistics makes: of learned bases, and the control with nothing learned; each for a step size.</summary>
/// <param name="Control">Name of the control.</param>
/// <param name="Learned">The rule over these bases with this step.</param>
/// <param name="Unlearned">The control for these parameters, at the library's default step.</param>
public sealed record StatisticsRules<T>(
    string Control, Func<ImmutableArray<BasisBlock<T>>, double, UpdateRule<T>> Learned, Func<ParameterLayout, UpdateRule<T>> Unlearned)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The rules of a plan's <c>learn</c> part.</summary>
    /// <exception cref="ArgumentException">It is of another kind.</exception>
    public static StatisticsRules<T> Of(IStatisticsLearning learning) => learning switch
    {
        BasisLearning basis => Basis(basis),
        TrackedLearning tracked => Tracked(tracked),
        _ => throw new ArgumentException($"Expected options of metamirror-basis or metamirror-tracked, found {learning?.GetType().Name}.", nameof(learning)),
    };

    private static StatisticsRules<T> Basis(BasisLearning learning)
    {
        LearnedBasisOptions Options(double rate) => new() { LearningRate = rate, PriorWeight = learning.Prior, Learn = [.. learning.Learn] };
        return new("unlearned-basis", (blocks, rate) => new LearnedBasis<T>(blocks, Options(rate)), layout => LearnedBasis<T>.Unlearned(layout, Options(new LearnedBasisOptions().LearningRate)));
    }

    private static StatisticsRules<T> Tracked(TrackedLearning learning)
    {
        TrackedBasisOptions Options(double rate) => new()
        {
            LearningRate = rate, PriorWeight = learning.Prior, Rank = learning.Rank, LargestColumns = learning.LargestColumns, RefreshEvery = learning.RefreshEvery,
            FactorEvery = learning.FactorEvery, TrackEvery = learning.TrackEvery, RotateResidual = learning.RotateResidual, ResidualEvery = learning.ResidualEvery,
            Learn = [.. learning.Learn],
        };
        return new("unlearned-tracked", (blocks, rate) => new TrackedBasis<T>(blocks, Options(rate)), layout => TrackedBasis<T>.Unlearned(layout, Options(new TrackedBasisOptions().LearningRate)));
    }
}
