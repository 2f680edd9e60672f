using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>Where a tile of pixels (rows) and planes (columns) goes: result[targets[r] + c · plane] ← tile[r][c] + β · result.</summary>
internal readonly unsafe struct TransposedTile<T>(T* result, nint plane, int columns, T beta)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T* result = result;
    private readonly nint plane = plane;
    private readonly int columns = columns;
    private readonly T beta = beta;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Store(T* tile, int width, int* targets, int height)
    {
        int side = TransposedBlock.Side<T>();
        bool adds = !T.IsZero(beta);
        int across = 0;
        if (side != 0 && height == 8 && targets[7] - targets[0] == 7)
        {
            T* block = stackalloc T[64];
            across = columns - (columns % side);
            for (nint c = 0; c < across; c += side)
            {
                for (nint r = 0; r < 8; r += side)
                {
                    T* target = result + (c * plane) + targets[r];
                    if (adds)
                    {
                        TransposedBlock.Copy(tile + (r * width) + c, width, block, side);
                        for (nint j = 0; j < side; j++)
                        {
                            Vector256<T> old = Vector256.Load(target + (j * plane));
                            ((old * Vector256.Create(beta)) + Vector256.Load(block + (j * side))).Store(target + (j * plane));
                        }
                    }
                    else
                    {
                        TransposedBlock.Copy(tile + (r * width) + c, width, target, plane);
                    }
                }
            }
        }

        for (nint c = across; c < columns; c++)
        {
            for (nint r = 0; r < height; r++)
            {
                T* target = result + (c * plane) + targets[r];
                T sum = tile[(r * width) + c];
                *target = adds ? (beta * *target) + sum : sum;
            }
        }
    }
}
