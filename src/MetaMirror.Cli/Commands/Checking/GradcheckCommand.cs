using System.Globalization;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Gradchecks;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Checking;

/// <summary><c>gradcheck</c>: every hypergradient estimator against its oracle.</summary>
internal sealed class GradcheckCommand : ICommandSpec
{
    private const int MostSteps = 100_000;
    private const double BytesPerMebibyte = 1 << 20;

    private readonly GradcheckEngine _engine;
    private readonly ValueArgument _plan = Shared.Plan();
    private readonly ValueOption<int?> _steps = new(
        "--steps", "N", ValueKinds.WholeOrNone(1, MostSteps), "Inner steps to differentiate through. Default: few, so that the oracle is quick.");

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
        GradientCheckResult result;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            progress.Begin("checking hypergradients");
            result = _engine(new GradcheckRequest(plan, session.Get(_steps)), session.EngineContext(progress));
        }

        Show(session, result);
        if (session.Json)
            session.WriteDocument(result, DocumentJson.Plain.GradientCheckResult);
        ExtraDocument.Write(session, $"gradcheck-{plan.Name}.json", result, DocumentJson.Plain.GradientCheckResult);
        return result.Passed ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Show(Session session, GradientCheckResult result)
    {
        session.People.WriteLine($"Hypergradient of {result.MetaObjective} in the {NumberText.Count(result.MetaParameters)} meta-parameters of {result.Rule}");
        session.People.WriteLine(
            $"on {result.Task} of {result.Plan}: {NumberText.Count(result.Parameters)} parameters, {NumberText.Count(result.Steps)} inner steps");
        Tables.Write(
            session.Screen,
            [new("estimator"), new("oracle"), new("error", true), new("allowed", true), new("gradients", true),
                new("products", true), new("residual", true), new("MiB", true), new("ms", true), new("verdict")],
            result.Checks.Select(r => (IReadOnlyList<string>)
            [
                Markup.Escape(r.Estimator),
                Markup.Escape(r.Oracle),
                Scientific(r.RelativeError),
                Scientific(r.Tolerance),
                NumberText.Count(r.Gradients),
                NumberText.Count(r.HessianVectorProducts),
                Scientific(r.Residual),
                NumberText.Significant(r.PeakBytes / BytesPerMebibyte),
                NumberText.Significant(r.Milliseconds),
                $"[{(r.Passed ? r.Tolerance is null ? "default" : "green" : "red")}]{Markup.Escape(r.Passed ? r.Verdict : "FAILED: " + r.Verdict)}[/]",
            ]));
        int failed = result.Checks.Count(r => !r.Passed);
        session.People.WriteLine(
            failed == 0 ? "Every estimator that has to agree with its oracle does." : $"{failed} of {result.Checks.Count} do not agree with their oracles.");
    }

    private static string Scientific(double? value) => value switch
    {
        null => "–",
        0 => "0",
        { } number => number.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };
}
