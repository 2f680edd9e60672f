using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>An option without a value.</summary>
internal sealed class Flag : Option<bool>
{
    /// <summary>Makes a flag.</summary>
    /// <param name="name">Name, with its hyphens.</param>
    /// <param name="description">What it does.</param>
    public Flag(string name, string description)
        : base(name)
    {
        Description = description;
        Arity = ArgumentArity.Zero;
    }
}
