using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Commands.Comparing;

/// <summary><c>reproduce</c>: a figure or table of the papers, theirs beside ours.</summary>
internal sealed class ReproduceCommand : ICommandSpec
{
    private const string Optimism = "optimism", Shifts = "shifts", Robustness = "robustness", Rivals = "rivals", Index = "index";
    private static readonly string[] Experiments = ["quadratics", .. PaperProtocols.Names, Optimism, Shifts, Robustness, Rivals, Index];
    private static readonly string[] Scales = ["smoke", "quick", "paper"];

    private readonly ReproduceEngine _engine;
    private readonly OptimismEngine _optimism;
    private readonly ShiftEngine _shifts;
    private readonly RobustnessEngine _robustness;
    private readonly CompareEngine _compare;
    private readonly ValueArgument _experiment = new(
        "EXPERIMENT", $"an experiment among {string.Join(", ", Experiments)}", "Which one: quadratics (MetaMD, section 5.1 and Figure 1), linear (appendix D), rotated-mlp (section 5.2), digits-lenet (5.3), cifar-resnet (5.4), activation (Figure 5), optimism (Optimistic Meta-Gradients: rates, Figure 2, games, a network), shifts (a learned optimizer that goes on adapting on tasks unlike those it was learned on), robustness (other batch sizes, widths, numbers of steps, wrong labels: where it pays) or rivals (learned optimizers of ours against all others, on every kind of task: what to use when); or index: the page over all reports under --out.");
    private readonly ValueOption<string?> _scale = new(
        "--scale", "SCALE", ValueKinds.OneOf("a scale", Scales), "smoke (seconds), quick (minutes) or paper (the paper's sizes). Default quick.", "quick");
    private readonly ValueOption<IReadOnlyList<string>?> _rivalNames = Shared.Rivals();
    private readonly Flag _resume = Shared.Resume();

    public ReproduceCommand(ReproduceEngine engine, OptimismEngine optimism, ShiftEngine shifts, RobustnessEngine robustness, CompareEngine compare)
    {
        (_engine, _optimism, _shifts, _robustness, _compare) = (engine, optimism, shifts, robustness, compare);
        Command = new(
            "reproduce",
            "Runs an experiment of the papers and shows their numbers beside ours; writes report.html.",
            new("reproduce quadratics", "Iterations on random quadratics in three regimes, with the paths of Figure 1."),
            new("reproduce rotated-mlp --resume", "Table 1 on rotated images, learned and tuned anew for each rotation; goes on where Ctrl-C ended it."),
            new("reproduce optimism", "How much faster hints make meta-learning, beside the bounds; slopes in log-log."),
            new("reproduce shifts", "Other rotations, batch sizes and contrasts: the learned optimizer fixed, and with rates that adapt."),
            new("reproduce robustness", "A map of where a learned optimizer pays, beside Adam tuned for every change."),
            new("reproduce rivals --resume", "Hours: what to use when, against every optimizer that one would pick instead; goes on where it was ended."),
            new("reproduce index", "Writes ./metamirror-out/index.html: every report found there, with its verdict."),
            new("reproduce quadratics --scale smoke --json", "Seconds; the result as JSON."))
        {
            _experiment,
            _scale,
            _rivalNames,
            _resume,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string experiment = session.Get(_experiment)!;
        if (!Experiments.Contains(experiment, StringComparer.Ordinal))
        {
            string nearest = NearestName.Of(experiment, Experiments) is { } near ? $" (did you mean '{near}'?)" : "";
            throw new UsageException(_experiment.Name, $"expected {_experiment.Expected}, found {Found.Text(experiment)}{nearest}");
        }

        if (experiment == Index)
            return IndexRun.Show(session);
        string folder = OutputPlace.Folder(session, "reproduce", experiment);
        var scale = (ReproductionScale)Array.IndexOf(Scales, session.Get(_scale));
        if (session.Get(_resume) && experiment is (Optimism or Shifts or Robustness))
            throw ComparisonEngine.NoResume(experiment);
        IReadOnlyList<string> rivals = session.Get(_rivalNames) ?? [];
        if (rivals.Count > 0 && experiment != Rivals && !PaperProtocols.Names.Contains(experiment, StringComparer.Ordinal))
            throw new UsageException("--rivals", $"expected an experiment among {string.Join(", ", PaperProtocols.Names)}, {Rivals}, whose baselines are tuned by grids, found '{experiment}'");
        var request = new ReproduceRequest(experiment, scale) { Rivals = rivals, Keeping = new Keeping(folder, session.Get(_resume)) };
        int code = experiment switch
        {
            Optimism => OptimismRun.Show(session, folder, scale, _optimism),
            Shifts => ShiftRun.Show(session, folder, scale, _shifts),
            Robustness => RobustnessRun.Show(session, folder, scale, _robustness),
            Rivals => RivalRun.Show(session, folder, request, _compare),
            _ => ComparisonRun.Show(session, folder, PlanFile.Read(experiment), context => _engine(request, context)),
        };

        // Only in this program's own folder: what lies above a folder of the user's is not ours.
        if (session.Out is null)
            IndexRun.Write(OutputPlace.All(session));
        return code;
    }
}
