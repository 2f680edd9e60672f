namespace MetaMirror.Cli.Grammar;

/// <summary>A part of the command line that takes a value, and can say which.</summary>
internal interface IExpecting
{
    /// <summary>What its value has to be, for messages: <c>expected ...</c>.</summary>
    string Expected { get; }
}
