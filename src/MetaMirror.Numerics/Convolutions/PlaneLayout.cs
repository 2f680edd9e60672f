using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// Where the elements of images lie that are read with zeros around them: as they are if no zeros are needed, otherwise in a copy. Zeros are shared: those to
/// the right of a row are those to the left of the next, those below a plane are those above the next.
/// </summary>
internal sealed unsafe class PlaneLayout
{
    private readonly int planes, rows, columns;

    public PlaneLayout(int planes, int rows, int columns, int above, int below, int left, int right)
    {
        (this.planes, this.rows, this.columns) = (planes, rows, columns);
        Pitch = checked(columns + Math.Max(left, right));
        PlaneStride = checked((rows + Math.Max(above, below)) * Pitch);
        ImageStride = checked(planes * PlaneStride);
        Lead = checked((above * Pitch) + left);
        Copies = (above | below | left | right) != 0;
    }

    /// <summary>Whether the images are copied.</summary>
    public bool Copies { get; init; }

    /// <summary>From one row to the next.</summary>
    public int Pitch { get; }

    /// <summary>From one plane to the next.</summary>
    public int PlaneStride { get; }

    /// <summary>From one image to the next.</summary>
    public int ImageStride { get; }

    /// <summary>Where the first element of the first row lies.</summary>
    public int Lead { get; }

    /// <summary>Zeros behind a copy, as many as the widest vector holds: so far it may be read beyond its end.</summary>
    public const int Slack = 16;

    /// <summary>Zeros in this thread's memory for copies of some images; null if they are read where they are.</summary>
    public T* Prepare<T>(int images, ConvolutionBuffer use = ConvolutionBuffer.Images)
        where T : unmanaged
    {
        if (!Copies)
            return null;
        long length = Lead + ((long)images * ImageStride) + Slack;
        T* copy = ConvolutionBuffers.Get<T>(use, length);
        new Span<T>(copy, checked((int)length)).Clear();
        return copy;
    }

    /// <summary>Where the images are to be read: in the copy if there is one.</summary>
    public T* Read<T>(T* source, int images, T* copy)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Copies)
            return source;
        Copy(source, images, copy);
        return copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy<T>(T* source, int images, T* destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        destination += Lead;
        int gap = PlaneStride - (rows * Pitch);
        for (int plane = 0; plane < images * planes; plane++, destination += gap)
        {
            for (int row = 0; row < rows; row++, source += columns, destination += Pitch)
                CopyRow(source, destination, columns);
        }
    }

    /// <summary>In vectors, the last one overlapping: rows are too short for a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow<T>(T* source, T* destination, nint length)
        where T : unmanaged
    {
        if (Vector512.IsHardwareAccelerated && length >= Vector512<T>.Count)
        {
            nint last = length - Vector512<T>.Count;
            for (nint i = 0; i < last; i += Vector512<T>.Count)
                Vector512.Load(source + i).Store(destination + i);
            Vector512.Load(source + last).Store(destination + last);
        }
        else if (Vector128.IsHardwareAccelerated && length >= Vector128<T>.Count)
        {
            nint last = length - Vector128<T>.Count;
            for (nint i = 0; i < last; i += Vector128<T>.Count)
                Vector128.Load(source + i).Store(destination + i);
            Vector128.Load(source + last).Store(destination + last);
        }
        else
        {
            for (nint i = 0; i < length; i++)
                destination[i] = source[i];
        }
    }
}
