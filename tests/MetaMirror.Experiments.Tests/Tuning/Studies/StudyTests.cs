using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tuning.Studies;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Tuning.Studies;

public sealed class StudyTests : IDisposable
{
    private static readonly SearchSpace Space = new(new RangeDimension("x", -5, 10), new RangeDimension("y", 0, 15), new ChoiceDimension("schedule", ["constant", "linear"]));
    private static readonly KeyValuePair<string, string>[] Title = [new("study", "a \"test\"")];
    private readonly string _folder = Directory.CreateTempSubdirectory("metamirror-study-").FullName;

    private string LogFile => Path.Combine(_folder, "trials.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    public void Trials_do_not_depend_on_threads(int together, int threads)
    {
        StudyResult alone = NewStudy(together, 10).Run(new WorkerTeam(1)), found = NewStudy(together, 10).Run(new WorkerTeam(threads));
        Assert.True(found.IsComplete);
        Assert.Equal(10, found.Trials.Count);
        Assert.Equal(alone.Trials.Select(t => t.Value), found.Trials.Select(t => t.Value));
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(4, 6)]
    public void A_canceled_study_goes_on_with_the_same_points(int together, int calls)
    {
        StudyResult whole = NewStudy(together, 12).Run(new WorkerTeam(1));
        using var cancel = new CancellationTokenSource();
        int called = 0;
        StudyResult first = NewStudy(together, 12, (p, r, _, token) =>
        {
            if (++called > calls)
                cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return Value(p, r);
        }).Run(new WorkerTeam(1), Open(), cancel.Token);
        Assert.False(first.IsComplete);
        Assert.InRange(first.Trials.Count, 1, 11);

        // A line that was cut off by the end of the process.
        File.AppendAllText(LogFile, "{\"trial\":99,\"param");
        int calledAgain = 0;
        StudyResult second = NewStudy(together, 12, (p, r, _, _) => { calledAgain++; return Value(p, r); }).Run(new WorkerTeam(1), Open());
        Assert.True(second.IsComplete);
        Assert.Equal(whole.Trials.Select(t => t.Value), second.Trials.Select(t => t.Value));
        Assert.Equal(whole.Trials.Select(t => t.Point.ToString()), second.Trials.Select(t => t.Point.ToString()));
        Assert.Equal((12 - first.Trials.Count) * 2, calledAgain);
        Assert.Equal(13, File.ReadAllLines(LogFile).Length);
    }

    [Fact]
    public void Trials_that_fail_or_diverge_are_recorded_and_survived()
    {
        StudyResult result = NewStudy(1, 16, (p, r, _, _) => p.Values[0] switch
        {
            < 0 => throw new InvalidOperationException("nothing to the left"),
            > 8 => double.NaN,
            _ => Value(p, r),
        }).Run(new WorkerTeam(2), Open());
        Assert.True(result.IsComplete);
        Assert.Equal(16, result.Trials.Count);
        Assert.True(result.Count(TrialStatus.Failed) > 0);
        Assert.True(result.Count(TrialStatus.Diverged) > 0);
        Assert.All(result.Trials.Where(t => t.Status == TrialStatus.Failed), t => Assert.Equal("InvalidOperationException: nothing to the left", t.Error));
        Assert.All(result.Trials.Where(t => t.Status == TrialStatus.Diverged), t => Assert.Equal("2 of 2 runs diverged", t.Error));
        Assert.Equal(TrialStatus.Complete, result.Best!.Status);

        // And read back as they were.
        Assert.Equal(result.Trials.Select(StudyLines.Of), Open().Trials.Values.Select(StudyLines.Of));
    }

    [Fact]
    public void A_study_without_any_value_ends_as_well()
    {
        StudyResult result = NewStudy(3, 8, (_, _, _, _) => throw new ArithmeticException("no")).Run(new WorkerTeam(2));
        Assert.True(result.IsComplete);
        Assert.Equal(8, result.Count(TrialStatus.Failed));
        Assert.Null(result.Best);
        Assert.All(result.BestSoFar(), v => Assert.True(double.IsNaN(v)));
    }

    [Fact]
    public void Best_so_far_never_worsens()
    {
        StudyResult result = NewStudy(1, 12).Run(new WorkerTeam(1));
        double[] best = result.BestSoFar();
        Assert.Equal(result.Best!.Value, best[^1]);
        for (int i = 1; i < best.Length; i++)
            Assert.True(best[i] <= best[i - 1]);
    }

    [Fact]
    public void A_new_study_keeps_the_log_of_the_old_one()
    {
        NewStudy(1, 3).Run(new WorkerTeam(1), Open());
        string before = File.ReadAllText(LogFile);
        StudyLog begun = StudyLog.Open(LogFile, Space, Title, resume: false);
        Assert.Empty(begun.Trials);
        Assert.Equal(before, File.ReadAllText(LogFile + StudyLog.OlderSuffix));
    }

    [Fact]
    public void Damage_and_other_studies_are_refused_by_line()
    {
        NewStudy(1, 3).Run(new WorkerTeam(1), Open());
        Assert.Contains("line 1", Assert.Throws<DataFormatException>(() => StudyLog.Open(LogFile, Space, [new("study", "another")], resume: true)).Message, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(LogFile);
        foreach (string bad in (string[])["{}", "", "[1", lines[1], lines[2].Replace("complete", "fine", StringComparison.Ordinal), lines[2].Replace("\"x\":", "\"z\":", StringComparison.Ordinal), lines[2].Replace("linear", "spiral", StringComparison.Ordinal).Replace("constant", "spiral", StringComparison.Ordinal)])
        {
            File.WriteAllText(LogFile, string.Join('\n', [lines[0], lines[1], bad, lines[3]]) + "\n");
            Assert.Contains("line 3", Assert.Throws<DataFormatException>(Open).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bad_sizes_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NewStudy(1, 0).Run(new WorkerTeam(1)));

    private static double Value(StudyPoint p, int repetition) => KnownFunctions.Branin(p) + p.Values[2] + repetition;

    private static Study NewStudy(int together, int budget, StudyFunction? function = null) => new(
        "a", Space, StudyGoal.Minimize, new BayesianSampler(11), function ?? ((p, r, _, _) => Value(p, r)),
        new StudyOptions { Budget = budget, Together = together, Repetitions = 2 });

    private StudyLog Open() => StudyLog.Open(LogFile, Space, Title, resume: true);
}
