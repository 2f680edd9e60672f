using System.CommandLine;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Grammar;

namespace MetaMirror.Cli.Commands;

/// <summary>All commands, in the order of help. A command whose engine is not in this build is not there.</summary>
internal static class CommandTree
{
    private const string Purpose =
        "MetaMirror learns an optimizer for a family of training problems and says how good it is: "
        + "learn once from past tasks, then train every new task in far fewer steps, without tuning.";

    /// <summary>Builds the tree.</summary>
    /// <param name="engines">What does the long work.</param>
    /// <param name="common">The options of every command.</param>
    /// <param name="run">Runs a command.</param>
    public static RootCommand Build(EngineSet engines, CommonOptions common, Func<ICommandSpec, ParseResult, int> run)
    {
        var root = new RootCommand(Purpose);
        foreach (ICommandSpec spec in engines.Commands())
            root.Add(Wire(spec, common, run));
        root.Add(Group(
            new ToolCommand(
                "data",
                "Shows which data sets are there, what is in them, and whether their files are the published ones; downloads them.",
                new("data list", "What there is, and where."),
                new("data show optdigits", "Counts, classes, and the first images."),
                new("data verify", "Whether the files are the published ones."),
                new("data fetch kmnist", "Downloads a data set.")),
            [new Data.DataListCommand(), new Data.DataShowCommand(), new Data.DataVerifyCommand(), new Data.DataFetchCommand(engines.Web)],
            common,
            run));
        foreach (ICommandSpec spec in (ICommandSpec[])[new Plans.PlanCommand(), new Doctoring.DoctorCommand(), new Citing.CiteCommand()])
            root.Add(Wire(spec, common, run));
        return root;
    }

    private static ToolCommand Group(ToolCommand group, IEnumerable<ICommandSpec> members, CommonOptions common, Func<ICommandSpec, ParseResult, int> run)
    {
        foreach (ICommandSpec member in members)
            group.Add(Wire(member, common, run));
        return group;
    }

    private static ToolCommand Wire(ICommandSpec spec, CommonOptions common, Func<ICommandSpec, ParseResult, int> run)
    {
        common.AddTo(spec.Command);
        spec.Command.SetAction(parse => run(spec, parse));
        return spec.Command;
    }
}
