using System.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Scratch of <see cref="MlpRule{T}"/>: numbers of the step, of the tensor, and of a piece of n coordinates.</summary>
internal readonly ref struct MlpWork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Coordinates at once.</summary>
    public const int Piece = 256;

    // Outputs, their derivatives, the step and its derivative.
    private const int Rows = 6;

    private readonly Span<T> _piece;
    private readonly int _hidden;
    private readonly int _inputs;
    private readonly int _n;

    public MlpWork(Span<T> scratch, MlpNetwork<T> network, int n)
    {
        int units = network.Units, inputs = network.Inputs;
        (_inputs, _hidden, _n) = (inputs, units * network.Layers, n);
        Times = scratch[..MlpNetwork<T>.Times];
        Bias = scratch.Slice(MlpNetwork<T>.Times, units);
        DBias = scratch.Slice(MlpNetwork<T>.Times + units, units);
        Scales = scratch.Slice(MlpNetwork<T>.Times + (2 * units), inputs);
        DScales = scratch.Slice(MlpNetwork<T>.Times + (2 * units) + inputs, inputs);
        _piece = scratch[(MlpNetwork<T>.Times + (2 * units) + (2 * inputs))..];
    }

    /// <summary>tanh(t / tau - 1).</summary>
    public Span<T> Times { get; }

    /// <summary>The first layer's bias with what comes from the times.</summary>
    public Span<T> Bias { get; }

    /// <summary>Its tangent or cotangent.</summary>
    public Span<T> DBias { get; }

    /// <summary>r of each input in the tensor.</summary>
    public Span<T> Scales { get; }

    /// <summary>Their tangents, or what their cotangents sum up.</summary>
    public Span<T> DScales { get; }

    /// <summary>Inputs [inputs, n].</summary>
    public Span<T> X => _piece[..(_inputs * _n)];

    /// <summary>Their tangents or cotangents.</summary>
    public Span<T> DX => _piece.Slice(_inputs * _n, _inputs * _n);

    /// <summary>Hidden values [layers, units, n].</summary>
    public Span<T> Hidden => _piece.Slice(2 * _inputs * _n, _hidden * _n);

    /// <summary>Their tangents or cotangents.</summary>
    public Span<T> DHidden => _piece.Slice(((2 * _inputs) + _hidden) * _n, _hidden * _n);

    /// <summary>Direction and magnitude [2, n], then the step u = d exp(lambda a) [n].</summary>
    public Span<T> Outputs => _piece.Slice(2 * (_inputs + _hidden) * _n, Rows / 2 * _n);

    /// <summary>Their tangents or cotangents.</summary>
    public Span<T> DOutputs => _piece.Slice(((2 * (_inputs + _hidden)) + (Rows / 2)) * _n, Rows / 2 * _n);

    public static int LengthOf(MlpNetwork<T> network, int n) =>
        MlpNetwork<T>.Times + (2 * (network.Units + network.Inputs)) + (n * ((2 * (network.Inputs + (network.Units * network.Layers))) + Rows));
}
