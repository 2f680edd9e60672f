using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>
/// A layer of a coordinate-wise LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) on n coordinates at once, a column each: with z = W x + U h + b in rows of i, f, o and g,
/// i, f, o = 1 / (1 + e^-z), g = tanh(z); c' = f c + i g; h' = o tanh(c').
/// </summary>
/// <remarks>Weights in this order: W [4 units, inputs], U [4 units, units], b [4 units]. Values, tangents and their kin: i, f, o, g, c', tanh(c'), h', each [units, n].</remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Inputs">Rows of x.</param>
/// <param name="Units">Rows of h and c.</param>
internal readonly record struct LstmLayer<T>(int Inputs, int Units)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Values of a unit, each [n].</summary>
    public const int Values = 7;

    private const int Gates = 4;

    /// <summary>Numbers of the weights.</summary>
    public int Length => Input.Length + Recurrent.Length + (Gates * Units);

    private AffineColumns<T> Input => new(Gates * Units, Inputs);

    private AffineColumns<T> Recurrent => new(Gates * Units, Units);

    /// <summary>h' among the values.</summary>
    public Span<T> Hidden(Span<T> values, int n) => values.Slice(6 * Units * n, Units * n);

    /// <summary>c' among the values.</summary>
    public Span<T> Cell(Span<T> values, int n) => values.Slice(Gates * Units * n, Units * n);

    /// <summary>All values.</summary>
    public void Value(ReadOnlySpan<T> weights, ReadOnlySpan<T> x, ReadOnlySpan<T> h, ReadOnlySpan<T> c, int n, Span<T> values)
    {
        int m = Units * n;
        Span<T> z = values[..(Gates * m)], cell = Cell(values, n), squashed = values.Slice(5 * m, m);
        AffineColumns<T>.Fill(weights[^(Gates * Units)..], n, z);
        Input.Add(weights[..Input.Length], x, n, z);
        Recurrent.Add(weights.Slice(Input.Length, Recurrent.Length), h, n, z);
        TensorPrimitives.Sigmoid(z[..(3 * m)], z[..(3 * m)]);
        TensorPrimitives.Tanh(z[(3 * m)..], z[(3 * m)..]);
        Vectors.Multiply(z.Slice(m, m), c, cell);
        Vectors.MultiplyAdd<T>(z[..m], z[(3 * m)..], cell);
        TensorPrimitives.Tanh(cell, squashed);
        Vectors.Multiply<T>(z.Slice(2 * m, m), squashed, Hidden(values, n));
    }

    /// <summary>Tangents of all values, but for tanh(c').</summary>
    public void Tangent(
        ReadOnlySpan<T> weights, ReadOnlySpan<T> dWeights, ReadOnlySpan<T> x, ReadOnlySpan<T> dx, ReadOnlySpan<T> h, ReadOnlySpan<T> dh, ReadOnlySpan<T> c, ReadOnlySpan<T> dc, int n,
        ReadOnlySpan<T> values, Span<T> tangents)
    {
        int m = Units * n;
        Span<T> dz = tangents[..(Gates * m)], dCell = Cell(tangents, n), dHidden = Hidden(tangents, n);
        AffineColumns<T>.Fill(dWeights[^(Gates * Units)..], n, dz);
        Input.AddTangent(weights[..Input.Length], dWeights[..Input.Length], x, dx, n, dz);
        Recurrent.AddTangent(weights.Slice(Input.Length, Recurrent.Length), dWeights.Slice(Input.Length, Recurrent.Length), h, dh, n, dz);
        for (int k = 0; k < m; k++)
        {
            T i = values[k], f = values[m + k], o = values[(2 * m) + k], g = values[(3 * m) + k], s = values[(5 * m) + k];
            T di = i * (T.One - i) * dz[k], df = f * (T.One - f) * dz[m + k], dO = o * (T.One - o) * dz[(2 * m) + k], dg = (T.One - (g * g)) * dz[(3 * m) + k];
            dCell[k] = (df * c[k]) + (f * dc[k]) + (di * g) + (i * dg);
            dHidden[k] = (dO * s) + (o * (T.One - (s * s)) * dCell[k]);
        }
    }

    /// <summary>Pulls the cotangents of h' and c' back.</summary>
    /// <param name="weights">Weights.</param>
    /// <param name="x">Inputs.</param>
    /// <param name="h">h.</param>
    /// <param name="c">c.</param>
    /// <param name="n">Coordinates.</param>
    /// <param name="values">Values.</param>
    /// <param name="aH">In: of h'; out: of h.</param>
    /// <param name="aC">In: of c'; out: of c.</param>
    /// <param name="aWeights">Added to.</param>
    /// <param name="aX">Of x, overwritten.</param>
    /// <param name="aZ">Work, [4 units, n].</param>
    public void Cotangent(
        ReadOnlySpan<T> weights, ReadOnlySpan<T> x, ReadOnlySpan<T> h, ReadOnlySpan<T> c, int n, ReadOnlySpan<T> values, Span<T> aH, Span<T> aC, Span<T> aWeights, Span<T> aX, Span<T> aZ)
    {
        int m = Units * n;
        for (int k = 0; k < m; k++)
        {
            T i = values[k], f = values[m + k], o = values[(2 * m) + k], g = values[(3 * m) + k], s = values[(5 * m) + k];
            T a = aC[k] + (aH[k] * o * (T.One - (s * s)));
            aZ[k] = a * g * i * (T.One - i);
            aZ[m + k] = a * c[k] * f * (T.One - f);
            aZ[(2 * m) + k] = aH[k] * s * o * (T.One - o);
            aZ[(3 * m) + k] = a * i * (T.One - (g * g));
            aC[k] = a * f;
        }

        ReadOnlySpan<T> recurrent = weights.Slice(Input.Length, Recurrent.Length);
        Input.AddOuter(x, aZ, n, aWeights[..Input.Length]);
        Recurrent.AddOuter(h, aZ, n, aWeights.Slice(Input.Length, Recurrent.Length));
        AffineColumns<T>.AddSums(aZ, n, aWeights.Slice(Input.Length + Recurrent.Length, Gates * Units));
        Input.PullBack(weights[..Input.Length], aZ, n, T.Zero, aX);
        Recurrent.PullBack(recurrent, aZ, n, T.Zero, aH);
    }

    /// <summary>Declares the weights: normal with variance 1 / (columns), forget biases 1, other biases 0.</summary>
    public void Declare(string name, StartingWeights<T> into)
    {
        int units = Units;
        into.Normal($"{name}.input", [Gates * Units, Inputs], 1 / Math.Sqrt(Inputs)).Normal($"{name}.recurrent", [Gates * Units, Units], 1 / Math.Sqrt(Units))
            .Given($"{name}.bias", [Gates * Units], Enumerable.Range(0, Gates * Units).Select(r => r / units == 1 ? 1.0 : 0));
    }
}
