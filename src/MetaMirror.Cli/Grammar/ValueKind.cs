using System.Globalization;

namespace MetaMirror.Cli.Grammar;

/// <summary>A kind of value: what it has to be, and how it is read.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Expected">What it has to be, for messages.</param>
/// <param name="TryRead">Reads a text; false if it is none.</param>
internal sealed record ValueKind<T>(string Expected, TryRead<T> TryRead);

/// <summary>Reads a text.</summary>
internal delegate bool TryRead<T>(string text, out T value);

/// <summary>The kinds of values that options take.</summary>
internal static class ValueKinds
{
    /// <summary>Any text that is not empty.</summary>
    /// <param name="expected">What it names.</param>
    public static ValueKind<string?> Text(string expected) => new(expected, (string text, out string? value) => (value = text).Length > 0);

    /// <summary>One of some names.</summary>
    public static ValueKind<string?> OneOf(string what, IReadOnlyList<string> names) =>
        new($"{what} among {string.Join(", ", names)}", (string text, out string? value) => names.Contains(value = text, StringComparer.Ordinal));

    /// <summary>Some of some names, separated by commas, or all of them.</summary>
    public static ValueKind<IReadOnlyList<string>?> SomeOf(string what, IReadOnlyList<string> names) => new(
        $"'all', or {what} separated by commas, among {string.Join(", ", names)}",
        (string text, out IReadOnlyList<string>? value) =>
        {
            value = text == "all" ? names : text.Split(',');
            return value.All(name => names.Contains(name, StringComparer.Ordinal));
        });

    /// <summary>A whole number in a range.</summary>
    public static ValueKind<int> Whole(int least, int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"),
        (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    /// <summary>A whole number in a range, or nothing.</summary>
    public static ValueKind<int?> WholeOrNone(int least, int most)
    {
        ValueKind<int> kind = Whole(least, most);
        return new ValueKind<int?>(kind.Expected, (string text, out int? value) =>
        {
            bool read = kind.TryRead(text, out int number);
            value = number;
            return read;
        });
    }

    /// <summary>A 64-bit seed.</summary>
    public static ValueKind<ulong> Seed() => new(
        string.Create(CultureInfo.InvariantCulture, $"a whole number from 0 to {ulong.MaxValue}"),
        (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    /// <summary>A 64-bit seed, or nothing.</summary>
    public static ValueKind<ulong?> SeedOrNone()
    {
        ValueKind<ulong> kind = Seed();
        return new ValueKind<ulong?>(kind.Expected, (string text, out ulong? value) =>
        {
            bool read = kind.TryRead(text, out ulong number);
            value = number;
            return read;
        });
    }

    /// <summary>A number above zero, or nothing.</summary>
    public static ValueKind<double?> PositiveOrNone() => new("a number above 0, such as 0.01", (string text, out double? value) =>
    {
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number);
        value = number;
        return read;
    });
}
