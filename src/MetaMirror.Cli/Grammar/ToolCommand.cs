using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>A command line to try, and what it does.</summary>
/// <param name="Line">What comes after <c>metamirror</c>.</param>
/// <param name="Does">What it does.</param>
internal readonly record struct Example(string Line, string Does);

/// <summary>A command with examples.</summary>
internal sealed class ToolCommand : Command
{
    /// <summary>Makes a command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="examples">Lines to try.</param>
    public ToolCommand(string name, string description, params IReadOnlyList<Example> examples)
        : base(name, description)
    {
        Examples = examples;
    }

    /// <summary>Lines to try.</summary>
    public IReadOnlyList<Example> Examples { get; }
}
