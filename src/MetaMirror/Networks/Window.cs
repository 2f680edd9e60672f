using System.Runtime.CompilerServices;

namespace MetaMirror.Networks;

/// <summary>A window that slides over a plane: kernel, stride, padding.</summary>
internal static class Window
{
    /// <summary>Places of the window along one side: floor((size + 2 padding - kernel) / stride) + 1.</summary>
    public static int Places(int size, int kernel, int stride, int padding) => ((size + (2 * padding) - kernel) / stride) + 1;

    /// <summary>The part of start..start + kernel - 1 that is inside 0..size - 1, as first and end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int First, int End) Inside(int start, int kernel, int size) => (Math.Max(start, 0), Math.Min(start + kernel, size));

    /// <summary>Shape of a pooled input.</summary>
    /// <exception cref="ArgumentException">The window is larger than the padded input.</exception>
    public static FeatureShape Pooled(Layer layer, FeatureShape input, int kernel, int stride, int padding)
    {
        RequireRoom(layer, input, kernel, kernel, padding);
        return new FeatureShape(input.Channels, Places(input.Rows, kernel, stride, padding), Places(input.Columns, kernel, stride, padding));
    }

    /// <exception cref="ArgumentException">The window is larger than the padded input.</exception>
    public static void RequireRoom(Layer layer, FeatureShape input, int rows, int columns, int padding)
    {
        if (input.Rows + (2L * padding) >= rows && input.Columns + (2L * padding) >= columns)
            return;
        int leastRows = Math.Max(1, rows - (2 * padding)), leastColumns = Math.Max(1, columns - (2 * padding));
        throw new ArgumentException($"{layer} takes inputs of at least {leastRows}x{leastColumns} pixels, but gets {input.Channels}x{input.Rows}x{input.Columns}.", nameof(input));
    }

    /// <exception cref="ArgumentOutOfRangeException">A number is too small, or the padding above half the kernel: some windows would hold nothing but padding.</exception>
    public static void RequirePool(int kernel, int stride, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (padding < 0 || padding > kernel / 2)
            throw new ArgumentOutOfRangeException(nameof(padding), padding, $"The padding of a pool must be between 0 and half its kernel, {kernel / 2}, but is {padding}.");
    }

    /// <summary>E.g. <c>MaxPool2d(3, stride 2, padding 1)</c>; a stride that is the kernel's size is not said.</summary>
    public static string Text(string name, int kernel, int stride, int padding) =>
        $"{name}({kernel}{(stride != kernel ? $", stride {stride}" : string.Empty)}{(padding > 0 ? $", padding {padding}" : string.Empty)})";
}
