using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;

namespace MetaMirror.Cli.Tests.Commands;

/// <summary><c>learn --statistics</c> and <c>--from-statistics</c> with the engines of this build.</summary>
public sealed class StatisticsTests
{
    private const string Basis = """{ "optimizer": "metamirror-basis", "rank": 4, "learningRates": [0.01], "outerSteps": 1 }""";
    private const string Diagonal = """{ "optimizer": "metamd-diagonal", "outerSteps": 2, "innerSteps": 5, "learningRate": 0.05 }""";

    [Fact]
    public void What_was_written_is_learned_from_again_without_source_runs()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        ToolRun first = Learn(folder, "a.safetensors", "--statistics", folder["runs.safetensors"]);
        Assert.Equal((0, ""), (first.Code, first.Code == 0 ? "" : first.Error));
        Assert.Contains("runs.safetensors", first.Document().GetProperty("files").EnumerateArray().Select(f => Path.GetFileName(f.GetString())));
        ToolRun again = Learn(folder, "b.safetensors", "--from-statistics", folder["runs.safetensors"]);
        Assert.Equal(0, again.Code);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));

        // Two tasks of 10 steps are the source runs that were saved.
        Assert.Equal(20, Gradients(first) - Gradients(again));
        BoundStatistics read = Read(folder["runs.safetensors"]);
        Assert.Equal((2, 20, 2, 20), (read.Runs, read.Steps, read.DisplacementCount, read.GradientCount));

        // Without --statistics the optimizer is the same: what is kept changes nothing.
        Assert.Equal(0, Learn(folder, "c.safetensors").Code);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["c.safetensors"]));
    }

    [Fact]
    public void Several_files_are_added_in_the_order_given()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--held-out", "rotation-0", "--statistics", folder["one.safetensors"]).Code);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--held-out", "rotation-45", "--statistics", folder["two.safetensors"]).Code);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--from-statistics", folder["one.safetensors"], folder["two.safetensors"], "--statistics", folder["sum.safetensors"]).Code);
        BoundStatistics sum = Read(folder["one.safetensors"]);
        sum.Merge(Read(folder["two.safetensors"]));
        using var bytes = new MemoryStream();
        BoundStatisticsFile.Write(bytes, sum);
        Assert.Equal(bytes.ToArray(), File.ReadAllBytes(folder["sum.safetensors"]));
    }

    [Fact]
    public void Statistics_of_a_task_that_is_held_out_are_refused()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--statistics", folder["both.safetensors"]).Code);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--held-out", "rotation-45", "--statistics", folder["one.safetensors"]).Code);
        Assert.Equal(["rotation-0", "rotation-45"], Read(folder["both.safetensors"]).Sources.Select(s => s.Task));
        Assert.Equal([new StatisticsSource("rotation-0", "linear > adam", 10)], Read(folder["one.safetensors"]).Sources);

        ToolRun allowed = Learn(folder, "a.safetensors", "--held-out", "rotation-45", "--from-statistics", folder["one.safetensors"]);
        Assert.Equal((0, false), (allowed.Code, allowed.Error.Contains("do not say", StringComparison.Ordinal)));
        ToolRun refused = Learn(folder, "b.safetensors", "--held-out", "rotation-45", "--from-statistics", folder["one.safetensors"], folder["both.safetensors"]);
        Assert.Equal(1, refused.Code);
        Assert.Contains("both.safetensors' are of runs on 'rotation-45' too (linear > adam, 10 steps), which is held out", refused.Error, StringComparison.Ordinal);
        File.WriteAllText(folder["plan.json"], File.ReadAllText(folder["plan.json"]).Replace("\"seeds\": 1,", "\"seeds\": 1, \"heldOut\": [\"rotation-45\"],", StringComparison.Ordinal));
        Assert.Equal(1, Learn(folder, "b.safetensors", "--from-statistics", folder["both.safetensors"]).Code);
        Assert.False(File.Exists(folder["b.safetensors"]));

        // A file that does not name its tasks is warned of.
        BoundStatistics nameless = Read(folder["one.safetensors"]), sums = new(nameless.Layout, nameless.Options);
        sums.AddGradient<double>(nameless.Gradient(0));
        sums.AddRun<double>(new double[sums.Layout.Length], nameless.Displacement(0));
        Write(folder["nameless.safetensors"], sums);
        ToolRun warned = Learn(folder, "c.safetensors", "--held-out", "rotation-45", "--from-statistics", folder["nameless.safetensors"]);
        Assert.Equal(0, warned.Code);
        Assert.Contains("do not say which tasks they are of", warned.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diagonal_metric_needs_no_runs_at_all()
    {
        using TemporaryFolder folder = FewDigits.Plan(Diagonal);
        ToolRun first = Learn(folder, "a.safetensors", "--statistics", folder["runs.safetensors"]);
        Assert.Equal(0, first.Code);
        ToolRun again = Learn(folder, "b.safetensors", "--from-statistics", folder["runs.safetensors"]);
        Assert.Equal((0, 0), (again.Code, Gradients(again)));
        using FileStream stream = File.OpenRead(folder["b.safetensors"]);
        LearnedOptimizer<float> learned = LearnedOptimizer<float>.Load(stream);
        BoundStatistics sums = Read(folder["runs.safetensors"]);
        double expected = .05 * MetricFromStatistics.Diagonal(sums).Metric[7];
        Assert.Equal(expected, learned.Natural[7], 1e-6 * expected);
    }

    [Fact]
    public void Files_that_do_not_fit_are_named()
    {
        using TemporaryFolder folder = FewDigits.Plan(Basis);
        Assert.Equal(0, Learn(folder, "x.safetensors", "--statistics", folder["runs.safetensors"]).Code);
        BoundStatistics runs = Read(folder["runs.safetensors"]);
        var sums = new BoundStatistics(runs.Layout);
        sums.AddGradient<double>(new double[runs.Layout.Length]);
        sums.AddRun<double>(new double[runs.Layout.Length], new double[runs.Layout.Length]);
        Write(folder["sums.safetensors"], sums);
        Write(folder["empty.safetensors"], new BoundStatistics(runs.Layout));
        Write(folder["other.safetensors"], new BoundStatistics(new ParameterLayout(("fc.weight", [2, 2]))));
        File.WriteAllText(folder["text.safetensors"], "no statistics");
        Refused("keep factors up to 1024, no displacements and 0 gradients per task, expected factors up to 1024, displacements and 64 gradients per task", "runs", "sums");
        Refused("are of 0 completed runs and 0 gradients", "empty");
        Refused("are of fc.weight [2x2], expected ", "runs", "other");
        Refused("--from-statistics ", "text");
        Assert.False(File.Exists(folder["y.safetensors"]));

        void Refused(string message, params string[] files)
        {
            ToolRun run = Learn(folder, "y.safetensors", ["--from-statistics", .. files.Select(f => folder[f + ".safetensors"])]);
            Assert.Equal(1, run.Code);
            Assert.Contains(message, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_has_no_statistics_says_so()
    {
        using TemporaryFolder folder = FewDigits.Plan("""{ "optimizer": "metamd-diagonal", "outerSteps": 1, "innerSteps": 5, "hypergradient": "reverse" }""");
        ToolRun write = Learn(folder, "x.safetensors", "--statistics", folder["runs.safetensors"]);
        Assert.Contains("collects no statistics to write", write.Error, StringComparison.Ordinal);
        Assert.Equal(1, write.Code);
        ToolRun same = Learn(folder, "x.safetensors", "--statistics", folder["x.safetensors"]);
        Assert.Equal(2, same.Code);
        Assert.Contains("expected another file than --out", same.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["x.safetensors"]));
    }

    private static ToolRun Learn(TemporaryFolder folder, string file, params string[] options) =>
        ToolRun.Of(["learn", folder["plan.json"], "--out", folder[file], "--json", .. options], EngineSet.Shipped);

    private static int Gradients(ToolRun run) => run.Document().GetProperty("metaTraining").GetProperty("gradients").GetInt32();

    private static BoundStatistics Read(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return BoundStatisticsFile.Read(stream);
    }

    private static void Write(string file, BoundStatistics statistics)
    {
        using FileStream stream = File.Create(file);
        BoundStatisticsFile.Write(stream, statistics);
    }
}
