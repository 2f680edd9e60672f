using System.CommandLine;
using System.CommandLine.Parsing;
using MetaMirror.Cli.Errors;

namespace MetaMirror.Cli.Grammar;

/// <summary>An option with one value of a known kind.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal sealed class ValueOption<T> : Option<T>, IExpecting
{
    /// <summary>Makes an option.</summary>
    /// <param name="name">Name, with its hyphens.</param>
    /// <param name="placeholder">Name of its value in help.</param>
    /// <param name="kind">What the value has to be.</param>
    /// <param name="description">What it does.</param>
    /// <param name="fallback">The value when it is not stated.</param>
    /// <param name="required">Whether it has to be stated.</param>
    public ValueOption(string name, string placeholder, ValueKind<T> kind, string description, T fallback = default!, bool required = false)
        : base(name)
    {
        HelpName = placeholder;
        Description = description;
        Expected = kind.Expected;
        Arity = ArgumentArity.ExactlyOne;
        Required = required;
        DefaultValueFactory = required ? null : _ => fallback;
        CustomParser = result => Read(result, name, kind);
    }

    /// <summary>What the value has to be.</summary>
    public string Expected { get; }

    private static T Read(ArgumentResult result, string name, ValueKind<T> kind)
    {
        string text = result.Tokens[0].Value;
        if (!kind.TryRead(text, out T value))
            result.AddError($"{name}: expected {kind.Expected}, found {Found.Text(text)}");
        return value;
    }
}
