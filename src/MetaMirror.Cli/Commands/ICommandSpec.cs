using MetaMirror.Cli.Grammar;

namespace MetaMirror.Cli.Commands;

/// <summary>A command: how it is written, and what it does.</summary>
internal interface ICommandSpec
{
    /// <summary>Name, arguments, options, help.</summary>
    ToolCommand Command { get; }

    /// <summary>Does it.</summary>
    /// <param name="session">The arguments and the terminal.</param>
    /// <returns>The exit code.</returns>
    int Run(Session session);
}
