using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MetaMirror.Storage;

/// <summary>What the kernels' bits depend on besides the seed.</summary>
internal static class InstructionSet
{
    /// <summary>E.g. <c>X64, 512-bit vectors, fused multiply-add</c>.</summary>
    public static string Description { get; } = $"{RuntimeInformation.ProcessArchitecture}, {Width}-bit vectors{(Fma.IsSupported || AdvSimd.Arm64.IsSupported ? ", fused multiply-add" : "")}";

    private static int Width =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
}
