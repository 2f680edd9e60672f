using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Commands.Learning;

/// <summary><c>learn</c>: meta-training, into a file.</summary>
internal sealed class LearnCommand : ICommandSpec
{
    private readonly LearnEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<string?> _out = new(
        "--out", "FILE", ValueKinds.Text("the .safetensors file to write"), "File of the learned optimizer. Checkpoints lie beside it.", required: true);
    private readonly ValueOption<string?> _heldOut = new(
        "--held-out", "TASK", ValueKinds.Text("the name of a task of the plan"), "Do not learn on this task, nor on those that the plan holds out. Default: hold out the latter only.");
    private readonly Flag _resume = new(
        "--resume", "Go on from the checkpoint beside --out, if there is one; the result is the same bytes as without the interruption.");
    private readonly ValuesOption _statistics = new(
        "--from-statistics", "FILE", "files of recorded statistics", "Learn from statistics recorded earlier or elsewhere, added in the order given, instead of from new runs.");
    private readonly ValueOption<string?> _statisticsFile = new(
        "--statistics", "FILE", ValueKinds.Text("the .safetensors file to write"),
        "Write the statistics that were learned from as well: sums, every run's displacement, a sample of gradients.");

    public LearnCommand(LearnEngine engine)
    {
        _engine = engine;
        Command = new(
            "learn",
            "Learns an optimizer on the training tasks of a plan and writes it to a file. Ctrl-C saves a checkpoint and the best so far.",
            new("learn rotated-digits --out digits.safetensors", "Learns on all six rotations."),
            new("learn rotated-digits --out digits.safetensors --held-out rotation-0", "Leaves one out, to compare on it later."),
            new("learn rotated-digits --out digits.safetensors --resume", "Goes on where Ctrl-C or a crash ended it."),
            new("learn rotated-digits --out digits.safetensors --statistics runs.safetensors", "Keeps what the runs said, to learn from it again."),
            new("learn rotated-digits --out digits.safetensors --from-statistics runs.safetensors", "Learns from kept runs."))
        {
            _plan,
            _out,
            _heldOut,
            _resume,
            _statistics,
            _statisticsFile,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = session.ReadPlan(_plan);
        string file = session.Get(_out)!;
        string[] statistics = session.Get(_statistics)!;
        foreach (string missing in statistics.Where(s => !File.Exists(s)))
            throw new IOException($"--from-statistics: expected a file, found none at {Found.Text(missing)}");
        OutputPlace.CheckFile(file, "--out");
        string? statisticsFile = session.Get(_statisticsFile);
        if (statisticsFile is not null)
        {
            OutputPlace.CheckFile(statisticsFile, _statisticsFile.Name);
            if (string.Equals(Path.GetFullPath(statisticsFile), Path.GetFullPath(file), StringComparison.Ordinal))
                throw new UsageException(_statisticsFile.Name, $"expected another file than --out, found {Found.Text(statisticsFile)} twice");
        }

        LearnOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
            outcome = _engine(new LearnRequest(plan, file, session.Get(_heldOut), session.Get(_resume), statistics, statisticsFile), session.EngineContext(progress));
        outcome = outcome with { Files = [.. outcome.Files, RunRecordFile.Write(session, file, outcome.Cost, outcome.IsComplete)] };
        LearningScreen.Write(session, outcome);
        if (session.Json)
            session.WriteDocument(
                new LearnDocument(plan.Name, outcome.Optimizer, outcome.IsComplete, outcome.Files, outcome.Cost, outcome.Facts),
                DocumentJson.Plain.LearnDocument);
        if (outcome.IsComplete)
            return ExitCodes.Done;
        Messages.Warning(session.Terminal, "canceled: the file has the best so far; the same command with --resume goes on");
        return ExitCodes.Canceled;
    }
}
