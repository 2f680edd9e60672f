using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Packing of weights: [d][column] of one panel, padded with zeros to whole vectors.</summary>
internal static unsafe class WeightPanel
{
    /// <summary>destination[d · width + c] ← w[offsets[d] + c · stride] for c &lt; columns, 0 for the others; returns the end of the panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T* Pack<T>(T* w, nint stride, int[] offsets, int columns, int width, T* destination)
        where T : unmanaged
    {
        for (int d = 0; d < offsets.Length;)
        {
            // Runs of consecutive offsets are transposed in squares.
            int run = 1;
            while (d + run < offsets.Length && offsets[d + run] == offsets[d] + run)
                run++;
            Panel.Pack(new Strided<T>(w + offsets[d], 1, stride), run, columns, width, destination);
            destination += run * width;
            d += run;
        }

        return destination;
    }
}
