using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Checks at the public boundary; messages say what was expected and what was found.</summary>
internal static class Require
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SupportedElement<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            ThrowElement(typeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SameLength(int expected, int found, string expectedName, string foundName)
    {
        if (expected != found)
            ThrowLengths(expected, found, expectedName, foundName);
    }

    /// <summary>Input and output may be the same memory element for element, or share none; a shifted overlap would read what was just written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SameStartOrDisjoint<T>(ReadOnlySpan<T> input, Span<T> output, string inputName, string outputName)
    {
        if (input.Overlaps(output, out int offset) && offset != 0)
            ThrowOverlap(offset, inputName, outputName);
    }

    public static void Disjoint<T>(ReadOnlySpan<T> input, Span<T> output, string inputName, string outputName)
    {
        if (input.Overlaps(output))
            throw new ArgumentException($"{inputName} and {outputName} must not share memory, but they overlap.", outputName);
    }

    public static void AtLeast(int least, int found, string name)
    {
        if (found < least)
            throw new ArgumentException($"{name} must have at least {least} elements, but has {found}.", name);
    }

    public static void Length(long expected, int found, string name, string shape)
    {
        if (expected != found)
            throw new ArgumentException($"{name} must have {expected} elements ({shape}), but has {found}.", name);
    }

    public static void Shape(int rows, int columns, int found, string name, string shape)
    {
        if ((long)rows * columns != found)
            ThrowShape(rows, columns, found, name, shape);
    }

    public static void NotNegative(int value, string name)
    {
        if (value < 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative, but is {value}.");
    }

    public static int InRange(int value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            string limit = most == int.MaxValue ? $"at least {least}" : $"between {least} and {most}";
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {limit}, but is {value}.");
        }

        return value;
    }

    private static void ThrowElement(Type type) =>
        throw new NotSupportedException($"Element type must be Single or Double, but is {type.Name}.");

    private static void ThrowShape(int rows, int columns, int found, string name, string shape) =>
        throw new ArgumentException($"{name} must have {shape} = {rows} x {columns} elements, but has {found}.", name);

    private static void ThrowLengths(int expected, int found, string expectedName, string foundName) =>
        throw new ArgumentException($"{foundName} must be as long as {expectedName} ({expected} elements), but has {found}.", foundName);

    private static void ThrowOverlap(int offset, string inputName, string outputName) =>
        throw new ArgumentException(
            $"{inputName} and {outputName} must start together or share no memory, but overlap with an offset of {offset} elements.", outputName);
}
