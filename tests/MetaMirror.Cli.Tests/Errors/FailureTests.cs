using System.Collections.Immutable;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Readers;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;

namespace MetaMirror.Cli.Tests.Errors;

public sealed class FailureTests
{
    public static TheoryData<Exception, int, string> Failures => new()
    {
        { new ArgumentException("expected a task among a, b, found 'c'", "name"), 1, "error: expected a task among a, b, found 'c'\n" },
        { new IOException("the disk is full"), 1, "error: the disk is full\n" },
        { new DatasetNotFoundException("data set 'mnist': found nowhere"), 1, "error: data set 'mnist': found nowhere\n" },
        { new StorageException("the file is damaged"), 1, "error: the file is damaged\n" },
        { new DataFormatException("a.csv", "a number", "'x'"), 1, "error: a.csv: expected a number, found 'x'\n" },
        { new UnauthorizedAccessException("Access to the path '/x' is denied."), 1, "error: Access to the path '/x' is denied.\n" },
        { new MetaLearningDivergedException(3, ImmutableArray<TaskOutcome>.Empty), 1,
            "error: All 0 inner runs of outer step 3 diverged: . Start from a smaller step size or a larger metric.\n" },
        { new OperationCanceledException(), 130, "Canceled.\n" },
        { new AggregateException(new AggregateException(new IOException("inside"))), 1, "error: inside\n" },
        { new InsufficientMemoryException(), 1, "error: out of memory: a smaller plan, or fewer threads (--threads), needs less\n" },
        { new InvalidOperationException("broken"), 1, "error: unexpected failure, a defect of this program: InvalidOperationException: broken\n" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_is_one_message_and_an_exit_code(Exception failure, int code, string message)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("demo --json", new EngineSet { Compare = (_, _) => throw failure }, folder.Path);
        Assert.Equal((code, "", message), (run.Code, run.Out, run.Error));
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Every_mistake_of_a_plan_is_listed_at_once()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["bad.json"], """{ "name": "bad", "training": { "steps": 0, "stepz": 1 }, "seeds": "five" }""");
        ToolRun run = ToolRun.Of(["compare", folder["bad.json"]]);
        Assert.Equal((1, ""), (run.Code, run.Out));
        ApprovedText.Check("plan-mistakes", run.Error.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_data_folder_that_is_not_there_is_named()
    {
        ToolRun run = ToolRun.Of("data list --data ./no/such/folder");
        Assert.Equal((1, "", "error: --data: expected a folder with data sets, found none at './no/such/folder'\n"), (run.Code, run.Out, run.Error));
    }
}
