using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>Any number of words, none too.</summary>
internal sealed class ValuesArgument : Argument<string[]>, IExpecting
{
    /// <summary>Makes an argument.</summary>
    public ValuesArgument(string name, string expected, string description)
        : base(name)
    {
        HelpName = name;
        Expected = expected;
        Description = description;
        Arity = ArgumentArity.ZeroOrMore;
    }

    /// <summary>What each has to be.</summary>
    public string Expected { get; }
}
