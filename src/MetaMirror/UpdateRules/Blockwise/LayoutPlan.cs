using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>The plans of all tensors of a layout, their states one after the other; scratch is shared.</summary>
internal sealed class LayoutPlan<TPlan>
    where TPlan : TensorPlan
{
    public LayoutPlan(ImmutableArray<TPlan> tensors)
    {
        Tensors = tensors;
        foreach (TPlan tensor in tensors)
        {
            tensor.StateStart = StateLength;
            StateLength = checked(StateLength + tensor.StateLength);
            ScratchLength = Math.Max(ScratchLength, tensor.ScratchLength);
        }
    }

    public ImmutableArray<TPlan> Tensors { get; }

    public int StateLength { get; }

    public int ScratchLength { get; }

    /// <summary>The part of an iterate that is one tensor's.</summary>
    public static Iterate<T> PartOf<T>(TPlan tensor, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int start, int length) = (tensor.Block.Offset, tensor.Block.Length);
        return new Iterate<T>(x.Theta.Slice(start, length), x.Gradient.Slice(start, length), x.Scale, x.State.Slice(tensor.StateStart, tensor.StateLength));
    }

    /// <summary>Throws when a step brings lengths other than those of the plan.</summary>
    /// <exception cref="ArgumentException">A length is wrong; the message names the rule and both lengths.</exception>
    public void Require<T>(string rule, in StepContext<T> context, in Iterate<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        context.Layout.RequireLength(x.Theta.Length, nameof(x));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        if (x.State.Length != StateLength)
            throw new ArgumentException($"{rule} was given {x.State.Length} state entries, expected {StateLength}.", nameof(x));
        if (context.Scratch.Length < ScratchLength)
            throw new ArgumentException($"{rule} was given {context.Scratch.Length} scratch entries, expected {ScratchLength}.", nameof(context));
    }
}
