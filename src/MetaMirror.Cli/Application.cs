using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MetaMirror.Cli.Commands;
using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Help;
using MetaMirror.Cli.Terminals;

namespace MetaMirror.Cli;

/// <summary>The tool: parses a command line, runs the command, turns what goes wrong into a message and an exit code.</summary>
/// <param name="terminal">Where text goes.</param>
/// <param name="engines">What does the long work.</param>
internal sealed class Application(Terminal terminal, EngineSet engines)
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The words after the tool's name.</param>
    /// <param name="canceled">Canceled by Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public int Run(IReadOnlyList<string> args, CancellationToken canceled = default)
    {
        var common = new CommonOptions();
        RootCommand root = CommandTree.Build(engines, common, (command, parse) => command.Run(new Session(terminal, parse, common, canceled)));
        root.Options.OfType<HelpOption>().Single().Action = new HelpScreen(terminal, common);
        try
        {
            ParseResult parse = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parse.Action is not HelpScreen && UsageErrors.Of(parse) is { Count: > 0 } mistakes)
                return Refuse(parse.CommandResult.Command, mistakes, args.Count == 0, common);
            return parse.Invoke(
                new InvocationConfiguration
                {
                    Output = terminal.Out,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                });
        }
#pragma warning disable CA1031 // the boundary of the process: every failure becomes one message and an exit code
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Failure.Report(error, terminal);
        }
    }

    private int Refuse(Command command, IReadOnlyList<string> mistakes, bool nothingTyped, CommonOptions common)
    {
        foreach (string mistake in mistakes)
            Messages.Error(terminal, mistake);
        terminal.Error.WriteLine();
        if (nothingTyped)
            HelpText.Write(command, common, terminal.Error, terminal.Width);
        else
            terminal.Error.WriteLine($"Try '{UsageErrors.PathOf(command)} --help'.");
        return ExitCodes.WrongUsage;
    }
}
