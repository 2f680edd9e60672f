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

    /// <summary>Numbers per row that the value keeps for the derivatives. None by default.</summary>
    public virtual int SavedSize(FeatureShape input) => 0;

    /// <summary>Writes initial parameters, shape [sum of <see cref="Parameters"/>]. Nothing by default.</summary>
    public virtual void Initialize<T>(ref RandomStream stream, Span<T> parameters)
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

/// <summary>The values at which a layer is differentiated.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct LayerValues<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of the batch.</summary>
    public required int Rows { get; init; }

    /// <summary>Shape of an input row.</summary>
    public required FeatureShape Shape { get; init; }

    /// <summary>w, the layer's parameters.</summary>
    public required ReadOnlySpan<T> Parameters { get; init; }

    /// <summary>x, shape [Rows x Shape].</summary>
    public required ReadOnlySpan<T> Input { get; init; }

    /// <summary>y, shape [Rows x output shape].</summary>
    public required Span<T> Output { get; init; }

    /// <summary>What the value kept, shape [Rows x SavedSize]; empty where only the value is wanted.</summary>
    public required Span<T> Saved { get; init; }
}

/// <summary>Tangents of one layer.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">dw.</param>
/// <param name="input">dx, shape of x; empty means zero: the input is data.</param>
/// <param name="output">dy, shape of y.</param>
public readonly ref struct LayerTangents<T>(ReadOnlySpan<T> parameters, ReadOnlySpan<T> input, Span<T> output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>dw.</summary>
    public ReadOnlySpan<T> Parameters { get; } = parameters;

    /// <summary>dx, shape of x; empty means zero. Never empty for a layer without parameters.</summary>
    public ReadOnlySpan<T> Input { get; } = input;

    /// <summary>dy, shape of y.</summary>
    public Span<T> Output { get; } = output;
}

/// <summary>Cotangents of one layer, or their tangents.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">aw, added to; empty where not wanted.</param>
/// <param name="input">ax, overwritten; empty where not wanted.</param>
/// <param name="output">ay, shape of y.</param>
public readonly ref struct LayerCotangents<T>(Span<T> parameters, Span<T> input, ReadOnlySpan<T> output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>aw, added to; empty where not wanted.</summary>
    public Span<T> Parameters { get; } = parameters;

    /// <summary>ax, overwritten; empty where not wanted. Never empty for a layer without parameters.</summary>
    public Span<T> Input { get; } = input;

    /// <summary>ay, shape of y.</summary>
    public ReadOnlySpan<T> Output { get; } = output;
}
