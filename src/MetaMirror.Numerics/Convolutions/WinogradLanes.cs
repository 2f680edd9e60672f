using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.Numerics;

/// <summary>Between planes (one row of memory per channel) and lanes (one row per position, a channel in each lane).</summary>
internal static unsafe class WinogradLanes<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>lanes[p·width + c] ← planes[c·planeStep + p] for c &lt; channels and p &lt; positions; 0 for the other c &lt; width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(T* planes, nint planeStep, int channels, int positions, T* lanes, nint width)
    {
        int side = TransposedBlock.Side<T>();
        int across = side == 0 ? 0 : channels - (channels % side), along = side == 0 ? 0 : positions - (positions % side);
        for (nint c = 0; c < across; c += side)
        {
            for (nint p = 0; p < along; p += side)
                TransposedBlock.Copy(planes + (c * planeStep) + p, planeStep, lanes + (p * width) + c, width);
        }

        for (nint c = 0; c < width; c++)
        {
            for (nint p = c < across ? along : 0; p < positions; p++)
                lanes[(p * width) + c] = c < channels ? planes[(c * planeStep) + p] : default;
        }
    }

    /// <summary>planes[c·planeStep + p] ← lanes[p·width + c] + β planes[c·planeStep + p]; β = 0 does not read planes. Scratch: 8 x positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(T* lanes, nint width, int channels, int positions, T beta, T* planes, nint planeStep, T* scratch)
    {
        const int Rows = 8;
        if (T.IsZero(beta))
        {
            Scatter(lanes, width, channels, positions, planes, planeStep);
            return;
        }

        for (int c = 0; c < channels; c += Rows)
        {
            int rows = Math.Min(Rows, channels - c);
            Scatter(lanes + c, width, rows, positions, scratch, positions);
            for (int r = 0; r < rows; r++)
                AddScaled(scratch + (r * positions), beta, planes + ((c + r) * planeStep), positions);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(T* lanes, nint width, int channels, int positions, T* planes, nint planeStep)
    {
        int side = TransposedBlock.Side<T>();
        int across = side == 0 ? 0 : channels - (channels % side), along = side == 0 ? 0 : positions - (positions % side);
        for (nint c = 0; c < across; c += side)
        {
            for (nint p = 0; p < along; p += side)
                TransposedBlock.Copy(lanes + (p * width) + c, width, planes + (c * planeStep) + p, planeStep);
        }

        for (nint c = 0; c < channels; c++)
        {
            for (nint p = c < across ? along : 0; p < positions; p++)
                planes[(c * planeStep) + p] = lanes[(p * width) + c];
        }
    }

    /// <summary>y ← x + β y, the same rounding in vectors and in the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(T* x, T beta, T* y, nint n)
    {
        TVector factor = TSimd.Broadcast(beta);
        nint i = 0;
        for (; i <= n - TSimd.Count; i += TSimd.Count)
            TSimd.Store(TSimd.Add(TSimd.Multiply(factor, TSimd.Load(y + i)), TSimd.Load(x + i)), y + i);
        for (; i < n; i++)
            y[i] = (beta * y[i]) + x[i];
    }
}
