using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Cli.Commands.Learning;

/// <summary><c>train</c>: one task, one optimizer.</summary>
internal sealed class TrainCommand : ICommandSpec
{
    private const int MostSteps = 100_000_000;
    private static readonly string[] Rates = ["scalar", "block", "element"];

    private readonly TrainEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<string?> _task = new(
        "--task", "TASK", ValueKinds.Text("the name of a task of the plan"), "The task to train, such as rotation-0.", required: true);
    private readonly ValueOption<string?> _optimizer = new(
        "--optimizer", "NAME-or-FILE", ValueKinds.Text("the name of an optimizer, or the path of a learned one"),
        "Name of an optimizer, or the .safetensors file of a learned one.", required: true);
    private readonly ValueOption<double?> _rate = new(
        "--learning-rate", "X", ValueKinds.PositiveOrNone(), "Learning rate. Default: the learned one, or the middle of the catalogue's grid.");
    private readonly ValueOption<int?> _steps = new("--steps", "N", ValueKinds.WholeOrNone(1, MostSteps), "Steps. Default: the plan's.");
    private readonly Flag _fallBack = new(
        "--fall-back", "Let AdamW take over if the first gradients lie outside what meta-training saw. Without it there is only a warning.");

    private readonly Flag _resize = new(
        "--resize", "Use a learned optimizer for a network of other widths too, where it can be: with its steps and schedule; what belongs to other sizes starts anew.");

    private readonly ValueOption<string?> _adapt = new(
        "--adapt-rate", "WHICH", ValueKinds.OneOf("a choice of rates", Rates),
        "Let step sizes go on adapting while it trains: one (scalar), one for each tensor (block) or one for each parameter (element); step by step never worse, linearized, than the optimizer's own rate by more than a regret that is printed.");

    public TrainCommand(TrainEngine engine)
    {
        _engine = engine;
        Command = new(
            "train",
            "Trains one task of a plan with an optimizer, learned or classic, and says how it went.",
            new("train rotated-digits --task rotation-0 --optimizer digits.safetensors", "With an optimizer learned before."),
            new("train rotated-digits --task rotation-0 --optimizer adam --learning-rate 0.01", "With Adam."))
        {
            _plan,
            _task,
            _optimizer,
            _rate,
            _steps,
            _fallBack,
            _resize,
            _adapt,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = session.ReadPlan(_plan);
        string optimizer = session.Get(_optimizer)!;
        CheckOptimizer(optimizer, session.Get(_rate));
        string task = session.Get(_task)!;
        string folder = OutputPlace.Folder(session, "train", plan.Name);
        var warnings = new List<string>();
        TrainOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            EngineContext context = session.EngineContext(progress);
            progress.Begin($"training {task} with {Path.GetFileName(optimizer)}");
            outcome = _engine(
                new TrainRequest(plan, task, optimizer, session.Get(_rate), session.Get(_steps), session.Get(_fallBack), folder)
                {
                    AdaptRate = session.Get(_adapt) is { } which ? (RateGranularity)Array.IndexOf(Rates, which) : null,
                    Resize = session.Get(_resize),
                },
                context with { Warn = text => { warnings.Add(text); context.Warn(text); } });
        }

        LearningScreen.Write(session, task, outcome);
        if (session.Json)
            session.WriteDocument(Document(plan, task, outcome, warnings), DocumentJson.Plain.TrainDocument);
        return outcome.IsComplete ? outcome.Diverged ? ExitCodes.Failed : ExitCodes.Done : ExitCodes.Canceled;
    }

    private void CheckOptimizer(string optimizer, double? rate)
    {
        if (optimizer.AsSpan().IndexOfAny('/', '\\') >= 0 || optimizer.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            if (!File.Exists(optimizer))
                throw new UsageException(_optimizer.Name, $"expected the file of a learned optimizer, found none at {Found.Text(optimizer)}");
            if (rate is { } stated)
                throw new UsageException(
                    _rate.Name, $"expected none with a learned optimizer, which brings its own step size, found {NumberText.Exact(stated)}");
            return;
        }

        string[] names = [.. Catalogue.NamesOf("tunable")];
        if (names.Contains(optimizer, StringComparer.Ordinal))
            return;
        string hint = Catalogue.OptimizerNames.Contains(optimizer, StringComparer.Ordinal)
            ? $" ('metamirror learn' writes the file of a learned {optimizer})"
            : NearestName.Of(optimizer, names) is { } near ? $" (did you mean '{near}'?)" : "";
        throw new UsageException(
            _optimizer.Name,
            $"expected an optimizer among {string.Join(", ", names)}, or the path of a .safetensors file, found {Found.Text(optimizer)}{hint}");
    }

    private static TrainDocument Document(Plan plan, string task, TrainOutcome outcome, IReadOnlyList<string> warnings) => new(
        plan.Name,
        task,
        outcome.Optimizer,
        outcome.IsComplete,
        outcome.Diverged,
        outcome.FellBack,
        outcome.Target,
        outcome.StepsToTarget,
        outcome.FinalTrainingLoss,
        outcome.TestLoss,
        outcome.TestAccuracy,
        outcome.Curve.Steps,
        [.. outcome.Curve.Median.Select(v => double.IsFinite(v) ? v : (double?)null)],
        outcome.Files,
        warnings)
    {
        AdaptedRates = outcome.Rates is { } r ? new RatesDocument(Rates[(int)r.Granularity], r.Steps, r.LinearRegret, r.Bound, r.Least, r.Median, r.Largest) : null,
    };
}
