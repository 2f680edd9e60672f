using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Machines;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Cli.Commands.Tuning;

/// <summary><c>tune</c>: learning rates and weight decays, by grid, by chance or by Bayesian optimization.</summary>
internal sealed class TuneCommand : ICommandSpec
{
    private const int MostEvaluations = 10_000;

    private readonly TuneEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<string?> _task = new(
        "--task", "TASK", ValueKinds.Text("the name of a task of the plan"), "The task to tune on. Default: the first that the plan holds out, or its first.");
    private readonly ValuesOption _optimizers = new(
        "--optimizer", "NAME", "names of optimizers", "Optimizers to tune, one or more. Default: the plan's baselines.");
    private readonly ValuesOption _samplers = new(
        "--sampler", "NAME", "names of samplers", "How settings are chosen, one or more of grid, random, bayesian. Default: bayesian.");
    private readonly ValueOption<int> _budget = new(
        "--budget", "N", ValueKinds.Whole(1, MostEvaluations), "Settings that each optimizer may try with each sampler; a smaller grid ends earlier. At most 500 with bayesian. Default: 25.", 25);
    private readonly ValueOption<int> _together = new(
        "--parallel", "N", ValueKinds.Whole(1, 1000), "Settings that are proposed at a time. Results depend on it, not on --threads. Default: 1.", 1);
    private readonly Flag _schedules = new("--schedules", "Tune the schedule too: one of the plan's. Without it learning rates are constant.");
    private readonly Flag _resume = new("--resume", "Go on from the logs in the output folder, with the same settings as without the interruption.");

    public TuneCommand(TuneEngine engine)
    {
        _engine = engine;
        Command = new(
            "tune",
            "Tunes learning rate and weight decay of optimizers on one task of a plan, by validation accuracy (or loss) on examples drawn from its training data; "
            + "writes report.html, tuning.json and a log of every setting tried.",
            new("tune rotated-digits --optimizer adam", "25 settings of Adam by Bayesian optimization."),
            new("tune rotated-digits --optimizer sgd adam --sampler grid random bayesian", "The same budget for three ways to search."),
            new("tune rotated-digits --task rotation-45 --budget 40 --parallel 2", "Another task, more settings, two at a time."),
            new("tune rotated-digits --optimizer adam --resume", "Goes on where Ctrl-C or a crash ended it."))
        {
            _plan,
            _task,
            _optimizers,
            _samplers,
            _budget,
            _together,
            _schedules,
            _resume,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = session.ReadPlan(_plan);
        string[] optimizers = session.Get(_optimizers)!, samplers = session.Get(_samplers)!;
        Check(_optimizers.Name, "an optimizer", optimizers, Catalogue.NamesOf("tunable"));
        Check(_samplers.Name, "a sampler", samplers, TuningProtocol.SamplerNames);
        if (samplers.Length == 0)
            samplers = ["bayesian"];
        if (samplers.Contains("bayesian", StringComparer.Ordinal) && session.Get(_budget) > BayesianSampler.MaxTrials)
            throw new UsageException(_budget.Name, $"expected at most {BayesianSampler.MaxTrials} with the sampler bayesian, whose proposals cost the cube of the settings tried before, found {session.Get(_budget)}");
        string folder = OutputPlace.Folder(session, "tune", plan.Name);
        var protocol = new TuningProtocol
        {
            Task = session.Get(_task),
            Optimizers = optimizers,
            Samplers = samplers,
            Budget = session.Get(_budget),
            Together = session.Get(_together),
            Schedules = session.Get(_schedules),
            Resume = session.Get(_resume),
        };
        TuningOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
            outcome = _engine(new TuneRequest(plan, protocol, folder), session.EngineContext(progress));
        return Show(session, folder, outcome);
    }

    private static int Show(Session session, string folder, TuningOutcome outcome)
    {
        string page = ReportFiles.Write(folder, TuningReport.Of(outcome, session.Seed) with
        {
            Machine = Machine.Describe(session.Threads),
            Provenance = Provenance.Of(session),
            References = Bibliography.Of([Bibliography.Self, .. outcome.Studies.Select(s => s.Name).Distinct(StringComparer.Ordinal)]),
        });
        TuneDocument document = TuneDocument.Of(outcome);
        WholeFile.Write(Path.Combine(folder, "tuning.json"), writer => writer.WriteLine(System.Text.Json.JsonSerializer.Serialize(document, DocumentJson.Plain.TuneDocument)));
        TuningScreen.Write(session, outcome);
        session.People.WriteLine($"Report: {page}");
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.TuneDocument);
        if (!outcome.IsComplete)
        {
            Messages.Warning(session.Terminal, "canceled: the logs have what was tried; the same command with --resume goes on");
            return ExitCodes.Canceled;
        }

        if (outcome.Studies.Any(s => s.Best is not null))
            return ExitCodes.Done;
        Messages.Error(session.Terminal, $"no setting gave a value; the first: {outcome.Studies[0].Trials[0].Error}");
        return ExitCodes.Failed;
    }

    private static void Check(string option, string what, string[] names, IReadOnlyList<string> known)
    {
        foreach (string name in names.Where(n => !known.Contains(n, StringComparer.Ordinal)))
        {
            string nearest = NearestName.Of(name, [.. known]) is { } near ? $" (did you mean '{near}'?)" : "";
            throw new UsageException(option, $"expected {what} among {string.Join(", ", known)}, found {Found.Text(name)}{nearest}");
        }
    }
}
