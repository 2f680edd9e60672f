using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Collects <see cref="BoundStatistics"/> over the runs and leaves mu alone.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="options">What is kept; null for sums and factors.</param>
/// <param name="accumulate">True adds up all outer steps; false (default) keeps the last one.</param>
/// <param name="tails">Steps at which a run counts as begun anew (<see cref="TailObserver{T}"/>); default: whole runs, unweighted.</param>
public sealed class StatisticsStep<T>(BoundStatisticsOptions? options = null, bool accumulate = false, ImmutableArray<int> tails = default) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A loss that ends so many times above its start has run away, though it is still finite.</summary>
    private const double RunAway = 1e3;

    private readonly BoundStatisticsOptions _options = options ?? new BoundStatisticsOptions();
    private RunSums<T>[] _observers = [];
    private BoundStatistics? _statistics;

    /// <inheritdoc/>
    public override string Name => "statistics";

    /// <inheritdoc/>
    public override Span<T> State => [];

    /// <summary>Sums over the tasks of the last outer step, or of all, merged in task order.</summary>
    public override BoundStatistics? Statistics => _statistics;

    /// <summary>The sums of one task of the last outer step, in the order of the tasks drawn; those of a diverged run are of no use.</summary>
    public BoundStatistics OfSlot(int slot) => _observers[slot].Statistics;

    /// <inheritdoc/>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        _observers = [.. Enumerable.Range(0, slots).Select(_ => new RunSums<T>(new BoundStatistics(layout, _options), tails))];
        _statistics = new BoundStatistics(layout, _options);
    }

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(problem);
        _observers[slot].Statistics.Clear();
        _observers[slot].Statistics.AddSource(new StatisticsSource(problem.Task.Name, problem.Descent.Rule.Name, problem.Descent.Unroll.Steps));
        _observers[slot].Run = run;
        long gradients = problem.Descent.GradientCount;
        problem.Start(meta, run);
        DescentResult inner = problem.Descent.Run(_observers[slot], cancellationToken);
        double first = Math.Abs(_observers[slot].FirstLoss), last = problem.Descent.Loss;
        if (!inner.Diverged && first > 0 && last > RunAway * first)
            inner = inner with { Diverged = true, Tensor = string.Create(CultureInfo.InvariantCulture, $"{DescentResult.Grown} {last / first:g3}") };
        double value = inner.Diverged ? double.NaN : last;
        return new TaskOutcome(problem.Task.Name, value, inner, problem.Descent.GradientCount - gradients, 0);
    }

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
        if (!accumulate)
            _statistics!.Clear();
        for (int slot = 0; slot < outcomes.Length; slot++)
        {
            if (!outcomes[slot].Inner.Diverged)
                _statistics!.Merge(_observers[slot].Statistics);
        }
    }
}
