using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>compare</c>: learned optimizers against tuned baselines.</summary>
internal sealed class CompareCommand : ICommandSpec
{
    private readonly CompareEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<string?> _heldOut = new(
        "--held-out", "TASK", ValueKinds.Text("the name of a task of the plan"), "Hold out this task only. Default: the tasks that the plan names, or each in turn.");
    private readonly ValueOption<IReadOnlyList<string>?> _rivals = Shared.AllRivals();
    private readonly Flag _resume = Shared.Resume();

    public CompareCommand(CompareEngine engine)
    {
        _engine = engine;
        Command = new(
            "compare",
            "Learns on all tasks of a plan but one, and compares on that one with tuned baselines; writes report.html. Each task is held out in turn.",
            new("compare rotated-digits --held-out rotation-0", "One held-out task: the others are learned on."),
            new("compare my-plan.json --seed 7 --out results", "A plan of your own; the report goes to results/report.html."),
            new("compare quadratics --json > quadratics.json", "The comparison as JSON; progress and table stay on the terminal."))
        {
            _plan,
            _heldOut,
            _rivals,
            _resume,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = session.ReadPlan(_plan);
        string folder = OutputPlace.Folder(session, "compare", plan.Name);
        return ComparisonRun.Show(
            session, folder, plan, context => _engine(new CompareRequest(plan, session.Get(_heldOut), session.Get(_rivals) ?? []) { Keeping = new Keeping(folder, session.Get(_resume)) }, context));
    }
}
