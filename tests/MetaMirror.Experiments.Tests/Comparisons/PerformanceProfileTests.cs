using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Comparisons;

/// <summary>CASES A35.</summary>
public sealed class PerformanceProfileTests
{
    private const double Infinite = double.PositiveInfinity;

    /// <summary>The case states six decimals.</summary>
    private const double Stated = 5e-7;

    [Fact]
    public void Scores_are_those_of_the_example()
    {
        double[] scores = [.. PerformanceProfile.Of([[10, 20, 30], [12, 18, Infinite], [25, 40, 60]]).Select(p => p.Score)];
        Assert.Equal(0.987654, scores[0], Stated);
        Assert.Equal(0.644444, scores[1], Stated);
        Assert.Equal(0.586420, scores[2], Stated);
    }

    [Fact]
    public void Score_is_the_integral_of_rho()
    {
        PerformanceProfile profile = PerformanceProfile.Of([[10, 20, 30], [25, 40, 60]])[1];
        const int pieces = 300_000;
        double sum = 0;
        for (int i = 0; i < pieces; i++)
            sum += profile.At(1 + (3 * (i + 0.5) / pieces)) / pieces;
        // Each of three jumps lies within one piece.
        Assert.Equal(sum, profile.Score, 3.0 / pieces);
    }

    [Fact]
    public void Corners_are_where_rho_rises()
    {
        PerformanceProfile profile = PerformanceProfile.Of([[10, 10, 10, 10], [10, 20, 50, Infinite]])[1];
        Assert.Equal([(1.0, 0.25), (2.0, 0.5)], profile.Corners());
        Assert.Equal(0.75, profile.At(5));
    }

    [Fact]
    public void What_nobody_solved_counts_against_all()
    {
        Assert.All(PerformanceProfile.Of([[1, double.NaN], [1, Infinite]]), p => Assert.Equal(0.5, p.Score));
        Assert.Equal([1, 0], PerformanceProfile.Of([[0], [3]]).Select(p => p.Score));
    }

    [Fact]
    public void Several_held_out_tasks_are_scored_in_the_document_and_on_the_page()
    {
        ComparisonResult result = Result(("a", "one", 10), ("a", "two", 20), ("a", "three", 30), ("b", "one", 12), ("b", "two", 18), ("b", "three", null), ("c", "one", 25), ("c", "two", 40), ("c", "three", 60));
        IReadOnlyList<ProfileScore> scores = result.PerformanceScores!;
        Assert.Equal(["a", "b", "c"], scores.Select(s => s.Optimizer));
        Assert.Equal(0.644444, scores[1].Score, Stated);
        Assert.Equal((3, 2), (scores[1].Tasks, scores[1].Reached));
        Assert.Contains("\"performanceScores\"", ComparisonJson.ToText(result), StringComparison.Ordinal);
        using var page = new StringWriter();
        ReportWriter.Write(new ReportModel { Title = "t", Comparison = result }, page);
        Assert.Contains("Performance profile over the held-out tasks", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_held_out_task_has_no_profile()
    {
        ComparisonResult result = Result(("a", "one", 10), ("b", "one", 20));
        Assert.Null(result.PerformanceScores);
        Assert.DoesNotContain("performanceScores", ComparisonJson.ToText(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PerformanceProfile.Of([]));
        Assert.Throws<ArgumentException>(() => PerformanceProfile.Of([[1], [1, 2]]));
        Assert.Throws<ArgumentException>(() => PerformanceProfile.Of([[-1]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PerformanceProfile.Of([[1]], 1));
    }

    private static ComparisonResult Result(params (string Optimizer, string Task, double? Steps)[] rows) => new()
    {
        Experiment = "e",
        Target = new TargetDefinition("trainingLoss", new TargetValue(0.1), "first step at the target"),
        Comparison =
        [
            .. rows.Select(r => new ComparisonRow
            {
                Optimizer = r.Optimizer, Role = OptimizerRole.Baseline, HeldOutTask = r.Task, Seeds = 5, StepsToTarget = new StepsToTarget(r.Steps, r.Steps, r.Steps, r.Steps is null ? 0 : 5),
            }),
        ],
    };
}
