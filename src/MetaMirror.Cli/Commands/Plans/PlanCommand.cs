using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Plans;
using Spectre.Console;

namespace MetaMirror.Cli.Commands.Plans;

/// <summary>A plan that comes with this program.</summary>
internal sealed record PlanEntry(string Name, string Description);

/// <summary>The document of <c>plan</c> without a name.</summary>
internal sealed record PlanListDocument(IReadOnlyList<PlanEntry> Plans);

/// <summary><c>plan</c>: the plans that come with this program, one of them to start from, or a check of one's own.</summary>
internal sealed class PlanCommand : ICommandSpec
{
    private readonly ValueArgument _plan = new(
        "PLAN", "the name of a plan, or the path of a .json file",
        "Name of a plan to print, or path of a plan of your own to check. Without it: the list of plans.", required: false);

    private readonly Flag _schema = new("--schema", "Print the JSON schema of plans, for editors.");

    public PlanCommand()
    {
        Command = new(
            "plan",
            "Lists the plans that come with this program, prints one to start from, or checks one of your own.",
            new("plan", "The plans there are."),
            new("plan rotated-digits > my-plan.json", "A plan to start from: change the data set, the model, the optimizer."),
            new("plan my-plan.json", "Checks it, all mistakes at once, and prints it with all defaults written out."))
        {
            _plan,
            _schema,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        if (session.Get(_schema))
            return Print(session, "plan.schema.json", PlanSchema.Text);
        if (session.Get(_plan) is not { } name)
            return List(session);
        if (PlanFile.Embedded.Contains(name, StringComparer.Ordinal))
            return Print(session, name + ".json", PlanFile.EmbeddedJson(name));
        Plan plan = session.ReadPlan(_plan);
        session.Terminal.Error.WriteLine($"{name} is a plan without mistakes.");
        return Print(session, plan.Name + ".json", PlanJson.ToText(plan));
    }

    private static int Print(Session session, string fileName, string json)
    {
        session.WriteDocument(json.TrimEnd());
        ExtraDocument.Write(session, fileName, json);
        return ExitCodes.Done;
    }

    private static int List(Session session)
    {
        var document = new PlanListDocument([.. PlanFile.Embedded.Select(n => new PlanEntry(n, PlanFile.Read(n).Description))]);
        if (session.Json)
        {
            session.WriteDocument(document, DocumentJson.Plain.PlanListDocument);
        }
        else
        {
            Tables.Write(
                session.Screen, [new("plan"), new("what it shows")],
                document.Plans.Select(p => (IReadOnlyList<string>)[$"[bold]{Markup.Escape(p.Name)}[/]", Markup.Escape(p.Description)]));
            session.People.WriteLine("'metamirror plan NAME > my-plan.json' gives one to start from.");
        }

        ExtraDocument.Write(session, "plans.json", document, DocumentJson.Plain.PlanListDocument);
        return ExitCodes.Done;
    }
}
