using System.CommandLine;
using System.CommandLine.Parsing;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Help;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Cli.Errors;

/// <summary>Mistakes on the command line in words: which argument, what was expected, what was found, what was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>All mistakes of a command line; none if it is right.</summary>
    public static IReadOnlyList<string> Of(ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        bool isGroup = command.Subcommands.Count > 0 && command.Action is null;
        if (isGroup && parse.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith('-')) is { } word)
            return [NoCommand(command, word)];
        List<string> strays = [.. Strays(parse).Select(s => Stray(command, parse, s))];
        if (strays.Count > 0)
            return strays; // an unknown option shifts the words after it, so that further mistakes may be none
        if (isGroup && parse.Errors.Count > 0)
            return [NoCommand(command, null)];
        return parse.Errors.Count == 0
            ? []
            : [.. Missing(command, parse), .. parse.Errors.Select(e => Text(e, parse)).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The words that name a command, from the root's name on.</summary>
    public static string PathOf(Command command)
    {
        string name = command is RootCommand ? HelpText.ToolName : command.Name;
        return command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {name}" : name;
    }

    /// <summary>Words that look like options but are none: the parser takes them for arguments.</summary>
    private static IEnumerable<string> Strays(ParseResult parse) => parse.Tokens
        .TakeWhile(t => t.Type != TokenType.DoubleDash)
        .Where(t => t.Type == TokenType.Argument && t.Value.Length > 1 && t.Value[0] == '-' && (t.Value[1] == '-' || char.IsAsciiLetter(t.Value[1])))
        .Select(t => t.Value);

    private static string Stray(Command command, ParseResult parse, string word)
    {
        string name = word.Split('=', 2)[0];
        string[] names = [.. command.Options.Select(o => o.Name).Append("--help").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Contains(name, StringComparer.Ordinal))
        {
            return word.Length > name.Length
                ? $"{name}: expected no value, found {Found.Text(word[(name.Length + 1)..])}"
                : $"{name}: expected after '{PathOf(command)}', found before it";
        }

        string expected = command.Subcommands.Count > 0
            ? $"expected a command among {Names(command)} before any option"
            : $"expected an option of '{PathOf(command)}' among {string.Join(", ", names)}";
        return $"{expected}, found {Found.Text(name)}{DidYouMean(name, names)}";
    }

    private static string NoCommand(Command command, string? word) => word is null
        ? $"expected a command among {Names(command)}, found nothing"
        : $"expected a command among {Names(command)}, found {Found.Text(word)}{DidYouMean(word, command.Subcommands.Select(c => c.Name))}";

    private static string Names(Command command) => string.Join(", ", command.Subcommands.Select(c => c.Name));

    private static IEnumerable<string> Missing(Command command, ParseResult parse)
    {
        IEnumerable<Symbol> arguments = command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && parse.GetResult(a) is null or { Tokens.Count: 0 });
        IEnumerable<Symbol> options = command.Options.Where(o => o.Required && parse.GetResult(o) is null);
        return arguments.Concat(options).Select(s => $"{s.Name}: expected {((IExpecting)s).Expected}, found nothing");
    }

    // Null for what is said as missing.
    private static string? Text(ParseError error, ParseResult parse)
    {
        switch (error.SymbolResult)
        {
            case OptionResult { IdentifierTokenCount: > 1 } option when option.Option.Arity.MaximumNumberOfValues <= 1:
                return $"{option.Option.Name}: expected once, found {option.IdentifierTokenCount} times";
            case OptionResult option when option.Tokens.Count == 0 && option.Option is IExpecting expecting:
                return $"{option.Option.Name}: expected {expecting.Expected}, found nothing";
            case OptionResult:
                return error.Message;
        }

        Command command = parse.CommandResult.Command;
        string whole = PathOf(command) + string.Concat(command.Arguments.Select(a => " " + a.Name));
        if (parse.UnmatchedTokens.Count > 0)
            return $"expected nothing more after '{whole}', found {Found.Text(parse.UnmatchedTokens[0])}";
        return Missing(command, parse).Any() ? null : error.Message;
    }

    private static string DidYouMean(string word, IEnumerable<string> names) =>
        NearestName.Of(word, names) is { } nearest ? $" (did you mean '{nearest}'?)" : "";
}
