using System.CommandLine;

namespace MetaMirror.Cli.Grammar;

/// <summary>A word that stands by itself: the name of a plan, of a data set.</summary>
internal sealed class ValueArgument : Argument<string?>, IExpecting
{
    /// <summary>Makes an argument.</summary>
    /// <param name="name">Name, in capitals.</param>
    /// <param name="expected">What it has to be, for messages.</param>
    /// <param name="description">What it is, for help.</param>
    /// <param name="required">Whether it has to be there.</param>
    public ValueArgument(string name, string expected, string description, bool required = true)
        : base(name)
    {
        HelpName = name;
        Expected = expected;
        Description = description;
        Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne;
    }

    /// <summary>What it has to be.</summary>
    public string Expected { get; }
}
