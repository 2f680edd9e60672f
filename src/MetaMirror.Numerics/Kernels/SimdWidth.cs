using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>The widest vectors of this processor.</summary>
internal static class SimdWidth<T>
    where T : unmanaged
{
    /// <summary>Elements of a vector; 1 without vectors.</summary>
    public static int Lanes => Vector512.IsHardwareAccelerated ? Vector512<T>.Count
        : Vector256.IsHardwareAccelerated ? Vector256<T>.Count
        : Vector128.IsHardwareAccelerated ? Vector128<T>.Count : 1;
}
