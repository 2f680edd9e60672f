using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

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

    /// <summary>The second input, shape of x; empty for layers of one.</summary>
    public ReadOnlySpan<T> Second { get; init; }

    /// <summary>y, shape [Rows x output shape].</summary>
    public required Span<T> Output { get; init; }

    /// <summary>What the value kept, shape [Rows x SavedSize]; empty where only the value is wanted.</summary>
    public required Span<T> Saved { get; init; }

    /// <summary>What the value kept of the batch, shape [StatisticsSize].</summary>
    public Span<T> Statistics { get; init; }

    /// <summary>The layer's buffers where it is to be evaluated with them, as after training; empty in training.</summary>
    public ReadOnlySpan<T> Buffers { get; init; }

    /// <summary>First channel to compute, for layers split by channels.</summary>
    public int FirstChannel { get; init; }

    /// <summary>End of the channels to compute, for layers split by channels.</summary>
    public int EndChannel { get; init; }

    /// <summary>Threads for the kernels of a layer that gets the whole batch; null for the caller's alone.</summary>
    public WorkerTeam? Team { get; init; }
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

    /// <summary>dx, shape of x; empty means zero. Never empty for a layer of one input without parameters.</summary>
    public ReadOnlySpan<T> Input { get; } = input;

    /// <summary>Tangent of the second input; empty means zero.</summary>
    public ReadOnlySpan<T> Second { get; init; }

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

    /// <summary>True if aw holds nothing yet and is to be overwritten; only for layers that say <see cref="Layer.OverwritesFresh"/>.</summary>
    public bool IsFresh { get; init; }

    /// <summary>ax, overwritten; empty where not wanted. Never empty for a layer of one input without parameters.</summary>
    public Span<T> Input { get; } = input;

    /// <summary>Cotangent of the second input, overwritten; empty where not wanted.</summary>
    public Span<T> Second { get; init; }

    /// <summary>ay, shape of y.</summary>
    public ReadOnlySpan<T> Output { get; } = output;
}
