using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>How weights lie for a product: of column c, source plane d and kernel position k at c · Column + d · Plane + k.</summary>
/// <param name="Column">From one column to the next.</param>
/// <param name="Plane">From one plane to the next.</param>
/// <param name="Planes">Number of source planes.</param>
/// <param name="KernelSize">Number of kernel positions.</param>
internal readonly record struct WeightLayout(int Column, int Plane, int Planes, int KernelSize)
{
    /// <summary>
    /// Packs the panel of some columns for each table in turn: [plane, tap][column], padded with zeros to width. Returns the end of the last panel.
    /// </summary>
    public unsafe T* Pack<T>(T* w, ReadOnlySpan<PixelTable> tables, int columns, int width, T* destination)
        where T : unmanaged
    {
        if (tables.Length == 1)
            return Pack(w, columns, width, destination);
        if (KernelSize == 1)
        {
            // At most one of the tables has taps.
            foreach (PixelTable table in tables)
                destination = table.Taps.Length == 0 ? destination : Pack(w, columns, width, destination);
            return destination;
        }

        return Distribute(w, tables, columns, width, destination);
    }

    /// <summary>All taps, in as few runs as possible.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe T* Pack<T>(T* w, int columns, int width, T* destination)
        where T : unmanaged
    {
        if (Plane == KernelSize)
        {
            Panel.Pack(new Strided<T>(w, 1, Column), Planes * KernelSize, columns, width, destination);
        }
        else if (KernelSize == 1)
        {
            Panel.Pack(new Strided<T>(w, Plane, Column), Planes, columns, width, destination);
        }
        else
        {
            for (nint d = 0; d < Planes; d++)
                Panel.Pack(new Strided<T>(w + (d * Plane), 1, Column), KernelSize, columns, width, destination + (d * KernelSize * width));
        }

        return destination + ((long)Planes * KernelSize * width);
    }

    /// <summary>Plane by plane: all taps are transposed at once, then each goes to its table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe T* Distribute<T>(T* w, ReadOnlySpan<PixelTable> tables, int columns, int width, T* destination)
        where T : unmanaged
    {
        T* plane = ConvolutionBuffers.Get<T>(ConvolutionBuffer.Panel, (long)KernelSize * width);
        for (nint d = 0; d < Planes; d++)
        {
            Panel.Pack(new Strided<T>(w + (d * Plane), 1, Column), KernelSize, columns, width, plane);
            T* start = destination;
            foreach (PixelTable table in tables)
            {
                T* target = start + (d * table.Taps.Length * width);
                foreach (int tap in table.Taps)
                {
                    new ReadOnlySpan<T>(plane + (tap * width), width).CopyTo(new Span<T>(target, width));
                    target += width;
                }

                start += (long)Planes * table.Taps.Length * width;
            }
        }

        foreach (PixelTable table in tables)
            destination += (long)Planes * table.Taps.Length * width;
        return destination;
    }
}
