using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>From a plan and the instruction set to the code.</summary>
internal static class WinogradDispatch
{
    /// <summary>y ← conv(x, w) + bias + β y.</summary>
    public static void Multiply<T>(WorkerTeam? team, in WinogradOperands<T> operands)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<T, Vector512<T>, Simd512<T>>(team, operands);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<T, Vector256<T>, Simd256<T>>(team, operands);
        else if (Vector128.IsHardwareAccelerated)
            Multiply<T, Vector128<T>, Simd128<T>>(team, operands);
        else
            Multiply<T, T, SimdScalar<T>>(team, operands);
    }

    /// <summary>w ← w + Σ over positions of x and y.</summary>
    public static void AddWeights<T>(WorkerTeam? team, in WinogradOperands<T> operands)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
            AddWeights<T, Vector512<T>, Simd512<T>>(team, operands);
        else if (Vector256.IsHardwareAccelerated)
            AddWeights<T, Vector256<T>, Simd256<T>>(team, operands);
        else if (Vector128.IsHardwareAccelerated)
            AddWeights<T, Vector128<T>, Simd128<T>>(team, operands);
        else
            AddWeights<T, T, SimdScalar<T>>(team, operands);
    }

    private static void Multiply<T, TVector, TSimd>(WorkerTeam? team, in WinogradOperands<T> operands)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        WinogradPlan plan = operands.Plan ?? WinogradPlan.Of(operands);
        if (plan.Side == 4)
            Multiply<T, TVector, TSimd, WinogradF4<T>.Data, WinogradF4<T>.Kernel, WinogradF4<T>.Output>(team, operands, plan.Stripes);
        else
            Multiply<T, TVector, TSimd, WinogradF2<T>.Data, WinogradF2<T>.Kernel, WinogradF2<T>.Output>(team, operands, plan.Stripes);
    }

    private static void Multiply<T, TVector, TSimd, TData, TKernel, TOutput>(WorkerTeam? team, in WinogradOperands<T> operands, bool stripes)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
        where TData : struct, IWinogradMap<T>
        where TKernel : struct, IWinogradMap<T>
        where TOutput : struct, IWinogradMap<T>
    {
        if (stripes)
            WinogradStripes<T, TVector, TSimd, TData, TKernel, TOutput>.Run(team, operands);
        else
            WinogradForward<T, TVector, TSimd, TData, TKernel, TOutput>.Run(team, operands);
    }

    private static void AddWeights<T, TVector, TSimd>(WorkerTeam? team, in WinogradOperands<T> operands)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
    {
        WinogradPlan plan = operands.Plan ?? WinogradPlan.OfWeights(operands);
        if (plan.Side == 4)
            AddWeights<T, TVector, TSimd, WinogradF4<T>.Data, WinogradF4<T>.OutputAdjoint, WinogradF4<T>.KernelAdjoint>(team, operands, plan.Stripes);
        else
            AddWeights<T, TVector, TSimd, WinogradF2<T>.Data, WinogradF2<T>.OutputAdjoint, WinogradF2<T>.KernelAdjoint>(team, operands, plan.Stripes);
    }

    private static void AddWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>(WorkerTeam? team, in WinogradOperands<T> operands, bool blocks)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TVector : struct
        where TSimd : ISimd<T, TVector>
        where TData : struct, IWinogradMap<T>
        where TAdjoint : struct, IWinogradMap<T>
        where TKernel : struct, IWinogradMap<T>
    {
        if (blocks)
            WinogradWeightBlocks<T, TVector, TSimd, TData, TAdjoint, TKernel>.Run(team, operands);
        else
            WinogradWeights<T, TVector, TSimd, TData, TAdjoint, TKernel>.Run(team, operands);
    }
}
