using System.Globalization;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Checking;

/// <summary>The document of <c>gradcheck</c>.</summary>
internal sealed record GradcheckDocument(string Plan, bool Ok, string Rule, string MetaObjective, int Steps, IReadOnlyList<GradcheckRow> Estimators);

/// <summary><c>gradcheck</c>: every hypergradient estimator against its oracle.</summary>
internal sealed class GradcheckCommand : ICommandSpec
{
    private const int MostSteps = 100_000;
    private const double BytesPerMebibyte = 1 << 20;

    private readonly GradcheckEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<int?> _steps = new("--steps", "N", ValueKinds.WholeOrNone(1, MostSteps), "Inner steps to differentiate through. Default: few, so that the oracle is quick.");

    public GradcheckCommand(GradcheckEngine engine)
    {
        _engine = engine;
        Command = new(
            "gradcheck",
            "Compares every hypergradient estimator with its oracle on a plan's first task: error, cost, memory. Fails if one is outside its tolerance.",
            new("gradcheck rotated-digits", "Forward, reverse, truncated and implicit mode on a small network."),
            new("gradcheck my-plan.json --steps 50 --json", "A plan of your own, 50 inner steps, as JSON."))
        {
            _plan,
            _steps,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        Plan plan = session.ReadPlan(_plan);
        GradcheckOutcome outcome;
        using (var progress = new ProgressScreen(session.Terminal))
            outcome = _engine(new GradcheckRequest(plan, session.Get(_steps)), session.EngineContext(progress));
        var document = new GradcheckDocument(plan.Name, outcome.Rows.All(r => r.Passed), outcome.Rule, outcome.MetaObjective, outcome.Steps, outcome.Rows);
        Show(session, document);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.GradcheckDocument);
        ExtraDocument.Write(session, $"gradcheck-{plan.Name}.json", document, DocumentJson.Plain.GradcheckDocument);
        return document.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Show(Session session, GradcheckDocument document)
    {
        session.People.WriteLine($"Hypergradient of {document.MetaObjective} in {document.Rule}, {NumberText.Count(document.Steps)} inner steps");
        Tables.Write(
            session.Screen,
            [new("estimator"), new("oracle"), new("relative error", true), new("allowed", true), new("verdict"), new("gradients", true), new("Hessian-vector", true), new("peak MiB", true), new("ms", true), new("note")],
            document.Estimators.Select(r => (IReadOnlyList<string>)
            [
                Markup.Escape(r.Estimator),
                Markup.Escape(r.Oracle),
                r.RelativeError is { } error ? error.ToString("0.0e+0", CultureInfo.InvariantCulture) : "–",
                r.Tolerance.ToString("0e+0", CultureInfo.InvariantCulture),
                r.Passed ? "[green]ok[/]" : "[red]FAILED[/]",
                NumberText.Count(r.Gradients),
                NumberText.Count(r.HessianVectorProducts),
                NumberText.Significant(r.PeakBytes / BytesPerMebibyte),
                NumberText.Significant(r.Milliseconds),
                Markup.Escape(r.Note),
            ]));
        int failed = document.Estimators.Count(r => !r.Passed);
        session.People.WriteLine(failed == 0 ? $"All {document.Estimators.Count} agree with their oracles." : $"{failed} of {document.Estimators.Count} do not agree with their oracles.");
    }
}
