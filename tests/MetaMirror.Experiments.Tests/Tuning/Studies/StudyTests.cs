using MetaMirror.Divergences;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tuning.Studies;
using MetaMirror.Numerics;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Tests.Tuning.Studies;

public sealed class StudyTests : IDisposable
{
    private static readonly SearchSpace Space = new(new RangeDimension("x", -5, 10), new RangeDimension("y", 0, 15), new ChoiceDimension("schedule", ["constant", "linear"]));
    private static readonly KeyValuePair<string, string>[] Title = [new("study", "a \"test\"")];
    private static readonly SearchSpace Plane = new(new RangeDimension("u", 0, 4), new RangeDimension("v", 0, 4));
    private static readonly BayesianSampler Sampler = new(11);
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
        StudyResult first = Logged(log => NewStudy(together, 12, (p, r, _, token) =>
        {
            if (++called > calls)
                cancel.Cancel();
            token.ThrowIfCancellationRequested();
            return Value(p, r);
        }).Run(new WorkerTeam(1), log, cancel.Token));
        Assert.False(first.IsComplete);
        Assert.InRange(first.Trials.Count, 1, 11);

        // A line that was cut off by the end of the process.
        File.AppendAllText(LogFile, "{\"trial\":99,\"param");
        int calledAgain = 0;
        StudyResult second = Logged(log => NewStudy(together, 12, (p, r, _, _) => { calledAgain++; return Value(p, r); }).Run(new WorkerTeam(1), log));
        Assert.True(second.IsComplete);
        Assert.Equal(whole.Trials.Select(t => t.Value), second.Trials.Select(t => t.Value));
        Assert.Equal(whole.Trials.Select(t => t.Point.ToString()), second.Trials.Select(t => t.Point.ToString()));
        Assert.Equal((12 - first.Trials.Count) * 2, calledAgain);
        Assert.Equal(13, File.ReadAllLines(LogFile).Length);
    }

    [Fact]
    public void Trials_that_fail_or_diverge_are_recorded_and_survived()
    {
        StudyResult result = Logged(log => NewStudy(1, 16, (p, r, _, _) => p.Values[0] switch
        {
            < 0 => throw new ArithmeticException("nothing to the left"),
            > 8 => double.NaN,
            _ => Value(p, r),
        }).Run(new WorkerTeam(2), log));
        Assert.True(result.IsComplete);
        Assert.Equal(16, result.Trials.Count);
        Assert.True(result.Count(TrialStatus.Failed) > 0);
        Assert.True(result.Count(TrialStatus.Diverged) > 0);
        Assert.All(result.Trials.Where(t => t.Status == TrialStatus.Failed), t => Assert.Equal("ArithmeticException: nothing to the left", t.Error));
        Assert.All(result.Trials.Where(t => t.Status == TrialStatus.Diverged), t => Assert.Equal("2 of 2 runs diverged", t.Error));
        Assert.Equal(TrialStatus.Complete, result.Best!.Status);

        // And read back as they were.
        using StudyLog log = Open();
        Assert.Equal(result.Trials.Select(StudyLines.Of), log.Trials.Values.Select(StudyLines.Of));
    }

    public static TheoryData<Exception, bool> Errors { get; } = new()
    {
        { new OverflowException(), true },
        { new NotFiniteNumberException(), true },
        { new NonFiniteGradientException("g", 0, 1, double.NaN), true },
        { new ArgumentOutOfRangeException("rate", "too large"), true },
        { new MirrorStepFailedException("entropy", 1, 1e-8, 50, "no step"), true },
        { new IOException("the disk is gone"), false },
        { new UnauthorizedAccessException(), false },
        { new InsufficientMemoryException(), false },
        { new DataFormatException("file", "a", "b"), false },
        { new OperationCanceledException(), false },
        { new InvalidOperationException("a defect"), false },
        { new ArgumentNullException("point"), false },
        { new KeyNotFoundException(), false },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Only_errors_of_the_setting_make_a_failed_trial(Exception error, bool isOfSetting)
    {
        Assert.Equal(isOfSetting, Study.IsOfSetting(error));
        int called = 0;
        Func<StudyResult> run = () => Logged(log => NewStudy(1, 4, (p, r, _, _) => ++called == 5 ? throw error : Value(p, r)).Run(new WorkerTeam(1), log));
        if (isOfSetting)
        {
            Assert.Equal([TrialStatus.Complete, TrialStatus.Complete, TrialStatus.Failed, TrialStatus.Complete], run().Trials.Select(t => t.Status));
            return;
        }

        // The two trials that had ended are kept; the third is tried again.
        Assert.Same(error, Record.Exception(() => run()));
        StudyResult again = run();
        Assert.Equal(4, again.Count(TrialStatus.Complete));
        Assert.Equal(5 + 4, called);
    }

    [Fact]
    public void Canceled_after_the_last_trial_it_is_complete()
    {
        using var cancel = new CancellationTokenSource();
        int called = 0;
        StudyResult result = NewStudy(1, 3, (p, r, _, _) =>
        {
            if (++called == 6)
                cancel.Cancel();
            return Value(p, r);
        }).Run(new WorkerTeam(1), cancellationToken: cancel.Token);
        Assert.Equal(3, result.Trials.Count);
        Assert.True(result.IsComplete);

        // So it is where nothing is left to try.
        using var cancelGrid = new CancellationTokenSource();
        called = 0;
        StudyResult grid = new Study("a", Plane, StudyGoal.Minimize, new GridSampler(0, [[1, 2], [3]]), (p, _, _, _) =>
        {
            if (++called == 2)
                cancelGrid.Cancel();
            return p.Values[0];
        }, new StudyOptions { Budget = 5 }).Run(new WorkerTeam(1), cancellationToken: cancelGrid.Token);
        Assert.Equal(2, grid.Trials.Count);
        Assert.True(grid.IsComplete);
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
    public void A_new_study_keeps_the_logs_of_all_older_ones()
    {
        var before = new List<string>();
        for (int study = 1; study <= 3; study++)
        {
            using (StudyLog begun = StudyLog.Open(LogFile, Space, Sampler, Title, resume: false))
            {
                Assert.Empty(begun.Trials);
                NewStudy(1, study).Run(new WorkerTeam(1), begun);
            }

            before.Add(File.ReadAllText(LogFile));
        }

        Assert.Equal(before[0], File.ReadAllText(LogFile + StudyLog.OlderSuffix + "1"));
        Assert.Equal(before[1], File.ReadAllText(LogFile + StudyLog.OlderSuffix + "2"));
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_is_open_is_refused_and_left_alone(bool resume)
    {
        using (StudyLog open = Open())
        {
            IOException error = Assert.Throws<IOException>(() => StudyLog.Open(LogFile, Space, Sampler, Title, resume));
            Assert.Contains($"{LogFile}: expected a log that is this study's alone, found it open in another process", error.Message, StringComparison.Ordinal);
            NewStudy(1, 3).Run(new WorkerTeam(1), open);
        }

        using StudyLog again = Open();
        Assert.Equal([0, 1, 2], again.Trials.Keys);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Damage_and_other_studies_are_refused_by_line()
    {
        Logged(log => NewStudy(1, 3).Run(new WorkerTeam(1), log));
        Assert.Contains("line 1", Assert.Throws<DataFormatException>(() => StudyLog.Open(LogFile, Space, Sampler, [new("study", "another")], resume: true)).Message, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(LogFile);
        foreach (string bad in (string[])["{}", "", "[1", lines[1], lines[2].Replace("complete", "fine", StringComparison.Ordinal), lines[2].Replace("\"x\":", "\"z\":", StringComparison.Ordinal), lines[2].Replace("linear", "spiral", StringComparison.Ordinal).Replace("constant", "spiral", StringComparison.Ordinal)])
        {
            File.WriteAllText(LogFile, string.Join('\n', [lines[0], lines[1], bad, lines[3]]) + "\n");
            Assert.Contains("line 3", Assert.Throws<DataFormatException>(Open).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_differs_in_sampler_or_space_is_named()
    {
        Logged(log => NewStudy(1, 3).Run(new WorkerTeam(1), log));
        Refused(Space, new RandomSampler(11), "'sampler.name' \"random\", found \"bayesian\"");
        Refused(Space, new BayesianSampler(12), "'sampler.seed' \"12\", found \"11\"");
        Refused(Space, new BayesianSampler(11, new BayesianOptions { Starts = 6 }), "'sampler.starts' \"6\", found \"5\"");
        Refused(Space, new BayesianSampler(11, new BayesianOptions { Acquisition = new(2) }), "'sampler.beta' \"2\", found \"1\"");
        Refused(Space, new BayesianSampler(11, new BayesianOptions { Prior = new() { LengthScale = 0.5 } }), "'sampler.lengthScale' \"0.5\", found \"0.2\"");
        Refused(new SearchSpace(new RangeDimension("x", -5, 9), Space.Dimensions[1], Space.Dimensions[2]), Sampler, "'space.x' [-5,9,\"linear\"], found [-5,10,\"linear\"]");
        Refused(Plane, Sampler, "'space.u' [0,4,\"linear\"], found none");

        void Refused(SearchSpace space, StudySampler sampler, string expected) =>
            Assert.Contains(expected, Assert.Throws<DataFormatException>(() => StudyLog.Open(LogFile, space, sampler, Title, resume: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 6)]
    public void A_trial_at_another_point_than_is_proposed_is_refused_by_its_number(int together, int trial)
    {
        Logged(log => NewStudy(together, 8).Run(new WorkerTeam(1), log));
        string[] lines = File.ReadAllLines(LogFile);
        int at = Array.FindIndex(lines, l => l.StartsWith($"{{\"trial\":{trial},", StringComparison.Ordinal));
        StudyTrial moved = StudyLines.Read(lines[at], Space);
        lines[at] = StudyLines.Of(moved with { Point = new StudyPoint(Space, moved.Point.Values.SetItem(1, moved.Point.Values[1] * (1 + 1e-6))) });
        File.WriteAllLines(LogFile, lines);
        string message = Assert.Throws<DataFormatException>(() => Logged(log => NewStudy(together, 9).Run(new WorkerTeam(1), log))).Message;
        Assert.Contains($"{LogFile}, trial {trial}: expected x ", message, StringComparison.Ordinal);
        Assert.Contains("as bayesian proposes after the trials before it", message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_a_sampler_can_serve_is_refused()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => NewStudy(1, 501).Run(new WorkerTeam(1))).Message;
        Assert.Contains("bayesian can serve a budget of at most 500", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_sizes_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NewStudy(1, 0).Run(new WorkerTeam(1)));

    private static double Value(StudyPoint p, int repetition) => KnownFunctions.Branin(p) + p.Values[2] + repetition;

    private static Study NewStudy(int together, int budget, StudyFunction? function = null) => new(
        "a", Space, StudyGoal.Minimize, Sampler, function ?? ((p, r, _, _) => Value(p, r)),
        new StudyOptions { Budget = budget, Together = together, Repetitions = 2 });

    private StudyLog Open() => StudyLog.Open(LogFile, Space, Sampler, Title, resume: true);

    private StudyResult Logged(Func<StudyLog, StudyResult> run)
    {
        using StudyLog log = Open();
        return run(log);
    }
}
