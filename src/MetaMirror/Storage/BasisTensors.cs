using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>A learned basis as tensors: per parameter tensor NAME.left [m x m] (absent for the identity), NAME.right [n x r], NAME.prior [m x r], NAME.rest [m].</summary>
internal static class BasisTensors
{
    public static void Write<T>(ImmutableArray<BasisBlock<T>> blocks, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (BasisBlock<T> b in blocks)
        {
            (string name, long m, long n) = (b.Block.Name, b.Block.Rows, b.Block.Columns);
            if (!b.Left.IsEmpty)
                w.Constant($"{name}.left", b.Left, m, m);
            w.Constant($"{name}.right", b.Right, n, b.Rank);
            w.Constant($"{name}.prior", b.Prior, m, b.Rank);
            w.Constant($"{name}.rest", b.Rest, m);
        }
    }

    /// <exception cref="StorageException">A tensor is missing, doesn't fit the layout, or a prior is negative.</exception>
    public static ImmutableArray<BasisBlock<T>> Read<T>(RuleTensors<T> tensors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        return [.. tensors.Layout.Blocks.Select(Block)];

        BasisBlock<T> Block(ParameterBlock block)
        {
            (long m, long n) = (block.Rows, block.Columns);
            T[] rest = NotNegative($"{block.Name}.rest", tensors.Constant($"{block.Name}.rest", m).Values);
            (T[] right, long[] shape) = tensors.Constant($"{block.Name}.right", n, -1);
            T[] prior = NotNegative($"{block.Name}.prior", tensors.Constant($"{block.Name}.prior", m, shape[1]).Values);
            return new BasisBlock<T>(block, tensors.ConstantOrNone($"{block.Name}.left", m, m), right, prior, rest);
        }
    }

    private static T[] NotNegative<T>(string name, T[] values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int index = Array.FindIndex(values, v => v < T.Zero);
        return index < 0 ? values : throw new StorageException($"tensor {Quoted.Text(name)}: expected second moments from 0, found {values[index]} at entry {index}");
    }
}
