using MetaMirror.Hypergradients;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>What reverse mode stores for a budget.</summary>
public sealed class ReversePlanTests
{
    private static readonly ReverseSizes Perceptron = new(100, 200, 29), Plain = new(100, 200, 0), Wide = new(100, 200, 1200);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(2000)]
    public void Every_budget_that_is_enough_is_kept_and_more_of_it_never_costs_more(int steps)
    {
        foreach (ReverseSizes sizes in (ReverseSizes[])[Perceptron, Plain, Wide])
        {
            double last = double.PositiveInfinity;
            for (long budget = Least(steps, sizes); budget < 4 * steps * (sizes.Step + sizes.Evaluation); budget = (budget * 5 / 4) + 1)
            {
                ReversePlan plan = ReversePlan.For(steps, sizes, new ReverseOptions { Budget = budget });
                Assert.InRange(plan.Stored, 1, steps);
                Assert.InRange(plan.Evaluations, 0, steps);
                Assert.InRange(plan.Bytes(sizes), 1, budget);
                Assert.InRange(plan.Cost, 0, last);
                last = plan.Cost;
            }
        }
    }

    [Fact]
    public void With_memory_for_everything_nothing_is_replayed()
    {
        Assert.Equal(new ReversePlan(100, 100, 100), ReversePlan.For(100, Perceptron, new ReverseOptions { Budget = long.MaxValue }));
        Assert.Equal(0, ReversePlan.For(100, Perceptron, new ReverseOptions { Budget = 100 * 229 }).Cost);
        Assert.Equal(new ReversePlan(100, 100, 0), ReversePlan.For(100, Perceptron, new ReverseOptions { Budget = long.MaxValue, KeepEvaluations = false }));
    }

    [Fact]
    public void Stored_steps_and_checkpoints_are_the_most_that_fit()
    {
        // 28 steps and 3 checkpoints in the bytes of 60 states; a 29th step would not fit.
        ReversePlan plan = ReversePlan.For(100, Plain, new ReverseOptions { Budget = 6000 });
        Assert.Equal((28, 3), (plan.Stored, plan.Checkpoints));
        Assert.Equal(100 - 28 + (0.6 * 100), plan.Cost, 1e-9);
    }

    [Fact]
    public void Small_evaluations_come_before_stored_steps()
    {
        // All of 100 evaluations for the bytes of 15 steps.
        ReversePlan plan = ReversePlan.For(100, Perceptron, new ReverseOptions { Budget = 6000 });
        Assert.Equal(100, plan.Evaluations);
        Assert.Equal(0.4 * (100 - plan.Stored), plan.Cost, 1e-9);
    }

    [Fact]
    public void Evaluations_that_stand_alone_need_no_checkpoints()
    {
        // 15 arrays of 7 evaluations; a loss in double and four numbers of 32 bits for each step.
        const long Evaluations = (105 * 43) + (100 * 24);
        ReverseSizes sizes = Perceptron with { Checkpoint = 1000, Step = 2000, Alone = 43, Gradient = 100 };
        ReversePlan plan = ReversePlan.For(100, sizes, new ReverseOptions { Budget = 8000 });
        Assert.Equal(new ReversePlan(100, 10, 100, Alone: true) { Budget = 8000 }, plan);
        Assert.Equal((0, Evaluations + 1000), (plan.Checkpoints, plan.Bytes(sizes)));
        Assert.Equal(new ReversePlan(100, 0, 100, Alone: true) { Budget = Evaluations }, ReversePlan.For(100, sizes, new ReverseOptions { Budget = Evaluations }));
        Assert.Throws<ArgumentException>(() => ReversePlan.For(100, sizes, new ReverseOptions { Budget = Evaluations - 1 }));
        Assert.False(ReversePlan.For(100, sizes, new ReverseOptions { Budget = 80_000, KeepEvaluations = false }).Alone);
        Assert.False(ReversePlan.For(100, sizes, new ReverseOptions { StoredSteps = 10 }).Alone);
    }

    [Fact]
    public void Evaluations_larger_than_steps_are_kept_for_the_ends_of_segments_only_if_that_pays()
    {
        ReversePlan plan = ReversePlan.For(100, Wide, new ReverseOptions());
        Assert.InRange(plan.Evaluations, 0, plan.Stored);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1000)]
    public void The_number_of_stored_steps_may_be_given(int stored)
    {
        ReversePlan plan = ReversePlan.For(100, Perceptron, new ReverseOptions { StoredSteps = stored });
        Assert.Equal(Math.Min(stored, 100), plan.Stored);
    }

    [Fact]
    public void By_default_memory_grows_with_the_root()
    {
        // The last one's evaluations stand alone as long as they fit.
        foreach (ReverseSizes sizes in (ReverseSizes[])[Perceptron, Plain, Wide, Perceptron with { Checkpoint = 1000, Step = 2000, Alone = 300, Gradient = 1000 }])
        {
            long root = sizes.Checkpoint + sizes.Step + Math.Min(sizes.Evaluation, sizes.Step);
            foreach (int steps in (int[])[1, 9, 100, 101, 500, 10_000])
                Assert.InRange(ReversePlan.For(steps, sizes, new ReverseOptions()).Bytes(sizes), 1, (long)(ReversePlan.Roots * root * Math.Ceiling(Math.Sqrt(steps))));
        }
    }

    [Fact]
    public void Too_small_budgets_are_refused_with_the_least_one()
    {
        long least = Least(100, Plain);
        ArgumentException error = Assert.Throws<ArgumentException>(() => ReversePlan.For(100, Plain, new ReverseOptions { Budget = least - 1 }));
        Assert.Contains($"needs at least {least} bytes, but its budget is {least - 1}", error.Message, StringComparison.Ordinal);
        Assert.Equal(least, ReversePlan.For(100, Plain, new ReverseOptions { Budget = least }).Bytes(Plain));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReverseMode<double>(new ReverseOptions { Budget = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TruncatedReverseMode<double>(3, new ReverseOptions { StoredSteps = 0 }));
    }

    private static long Least(int steps, ReverseSizes sizes) => Enumerable.Range(1, steps).Min(s => new ReversePlan(steps, s, 0).Bytes(sizes));
}
