using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>
/// One layer y = f(x; w) for a batch of rows: value, tangent, cotangent and tangent of the cotangent (Pearlmutter 1994, "Fast exact
/// multiplication by the Hessian"). A layer holds sizes only, no weights and no buffers: one object serves every element type and thread,
/// and one object put twice into a network shares its weights.
/// </summary>
public abstract class Layer
{
    /// <summary>What it is, e.g. <c>Linear(64, 32)</c>.</summary>
    public abstract override string ToString();

    /// <summary>Names and shapes of its parameters, in their order in the flat vector. None by default.</summary>
    public virtual IReadOnlyList<(string Name, int[] Shape)> Parameters => [];

    /// <summary>Shape of its input where the layer itself knows it. Default: null, any.</summary>
    public virtual FeatureShape? InputShape => null;

    /// <summary>Shape of an output row for an input row of this shape.</summary>
    /// <exception cref="ArgumentException">The layer can't take this input.</exception>
    public abstract FeatureShape OutputShape(FeatureShape input);

    /// <summary>Names and shapes of its buffers: numbers that training moves and that are no parameters. None by default.</summary>
    public virtual IReadOnlyList<(string Name, int[] Shape)> Buffers => [];

    /// <summary>What may be computed apart: the network shares such parts out over threads. Default: rows, for layers without parameters.</summary>
    public virtual LayerSplit Split => Parameters.Count == 0 ? LayerSplit.Rows : LayerSplit.Whole;

    /// <summary>True if the layer heeds <see cref="LayerCotangents{T}.IsFresh"/>, which saves clearing. Default: false, it always adds.</summary>
    public virtual bool OverwritesFresh => false;

    /// <summary>True for a layer of two inputs of one shape. Default: false.</summary>
    public virtual bool TakesSecond => false;

    /// <summary>Numbers per row that the value keeps for the derivatives. None by default.</summary>
    public virtual int SavedSize(FeatureShape input) => 0;

    /// <summary>Numbers per batch that the value keeps for the derivatives and the buffers; for layers that get the whole batch. None by default.</summary>
    public virtual int StatisticsSize(FeatureShape input) => 0;

    /// <summary>What the derivatives read of a batch besides Saved and Statistics: all that has to be kept to come back to them. Default: everything.</summary>
    /// <param name="inputVaries">False if the input depends on no parameter, so that it has neither tangent nor cotangent.</param>
    public virtual LayerReads Reads(bool inputVaries) => LayerReads.Everything;

    /// <summary>Writes initial parameters, shape [sum of <see cref="Parameters"/>]. Nothing by default.</summary>
    public virtual void Initialize<T>(ref RandomStream stream, Span<T> parameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
    }

    /// <summary>Writes buffers as they are before training, shape [sum of <see cref="Buffers"/>]. Nothing by default.</summary>
    public virtual void InitializeBuffers<T>(Span<T> buffers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
    }

    /// <summary>Moves the buffers on after the value of a training batch. Nothing by default.</summary>
    public virtual void AdvanceBuffers<T>(in LayerValues<T> v, Span<T> buffers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
    }

    /// <summary>y = f(x; w), written to <c>v.Output</c>; fills <c>v.Saved</c> unless that is empty, which means that no derivative will be asked for.</summary>
    public abstract void Value<T>(in LayerValues<T> v)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>dy = (df/dx) dx + (df/dw) dw, written to <c>d.Output</c>.</summary>
    public abstract void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>ax = (df/dx)^T ay, written to <c>a.Input</c>; aw += (df/dw)^T ay, added to <c>a.Parameters</c>; each unless empty.</summary>
    public abstract void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>The derivative of <see cref="Cotangent"/> along (dx, dw, day): dax written to <c>da.Input</c>, daw added to <c>da.Parameters</c>; each unless empty.</summary>
    public abstract void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>What a layer's derivatives read.</summary>
[Flags]
public enum LayerReads
{
    /// <summary>Nothing.</summary>
    Nothing = 0,

    /// <summary>x, and the second input.</summary>
    Input = 1,

    /// <summary>y.</summary>
    Output = 2,

    /// <summary>ay, in <see cref="Layer.CotangentTangent"/>.</summary>
    Cotangent = 4,

    /// <summary>w.</summary>
    Parameters = 8,

    /// <summary>All of them.</summary>
    Everything = Input | Output | Cotangent | Parameters,
}

/// <summary>Which parts of a layer's work need nothing of each other.</summary>
public enum LayerSplit
{
    /// <summary>None: the layer gets the whole batch, and the team of threads for its kernels.</summary>
    Whole,

    /// <summary>Rows: the layer may get any of the batch's rows alone.</summary>
    Rows,

    /// <summary>Channels: the layer gets the whole batch and the range of channels to compute. Its rows depend on each other.</summary>
    Channels,
}
