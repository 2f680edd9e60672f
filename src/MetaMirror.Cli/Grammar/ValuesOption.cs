using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>An option with one or more values, such as files.</summary>
internal sealed class ValuesOption : Option<string[]>, IExpecting
{
    /// <summary>Makes an option.</summary>
    public ValuesOption(string name, string placeholder, string expected, string description)
        : base(name)
    {
        HelpName = placeholder;
        Description = description;
        Expected = expected;
        Arity = ArgumentArity.OneOrMore;
        AllowMultipleArgumentsPerToken = true;
        DefaultValueFactory = _ => [];
    }

    /// <summary>What each value has to be.</summary>
    public string Expected { get; }
}
