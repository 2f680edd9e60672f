using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>demo</c>: the main job on embedded data.</summary>
internal sealed class DemoCommand : ICommandSpec
{
    private const string PlanName = "rotated-digits", UsualTask = "rotation-0";

    private readonly CompareEngine _engine;
    private readonly ValueOption<string?> _heldOut = new(
        "--held-out", "TASK", ValueKinds.Text("the name of a task: rotation-0, rotation-15, ... rotation-75"),
        "The task to compare on; the other five are learned on. Default rotation-0.", UsualTask);
    private readonly Flag _resume = Shared.Resume();

    public DemoCommand(CompareEngine engine)
    {
        _engine = engine;
        Command = new(
            "demo",
            "Shows the main job on embedded data (handwritten digits turned by six angles): learns an optimizer on five rotations, "
            + "compares it with tuned baselines on the sixth, and writes report.html. Takes a minute or two.",
            new("demo", "Writes ./metamirror-out/demo-rotated-digits/report.html."),
            new("demo --held-out rotation-45 --json", "Another held-out task; the result as JSON."))
        {
            _heldOut,
            _resume,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = PlanFile.Read(PlanName);
        string folder = OutputPlace.Folder(session, "demo", plan.Name);
        return ComparisonRun.Show(session, folder, plan, context => _engine(new CompareRequest(plan, session.Get(_heldOut), Rivals: []) { Keeping = new Keeping(folder, session.Get(_resume)) }, context));
    }
}
