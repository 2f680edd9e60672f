using System.CommandLine;
using System.CommandLine.Invocation;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Terminals;

namespace MetaMirror.Cli.Help;

/// <summary>Shows the help of the command that was named.</summary>
/// <param name="terminal">Where.</param>
/// <param name="common">The options of every command.</param>
internal sealed class HelpScreen(Terminal terminal, CommonOptions common) : SynchronousCommandLineAction
{
    /// <summary>Help is shown whatever else is wrong with the line.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        HelpText.Write(parseResult.CommandResult.Command, common, terminal.Out, terminal.Width);
        return ExitCodes.Done;
    }
}
