using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>Y = X W^T + 1 b^T for the rows of X. Parameters: weight [outputs x inputs], bias [outputs].</summary>
/// <param name="inputs">Numbers in an input row.</param>
/// <param name="outputs">Numbers in an output row.</param>
/// <param name="bias">Whether there is a bias b. Default: true.</param>
/// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
/// <exception cref="OverflowException">There are more than 2^31 - 1 weights.</exception>
public sealed class Linear(int inputs, int outputs, bool bias = true) : Layer
{
    private readonly int _weights = checked(AtLeastOne(inputs, nameof(inputs)) * AtLeastOne(outputs, nameof(outputs)));

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; } =
        bias ? [("weight", [outputs, inputs]), ("bias", [outputs])] : [("weight", [outputs, inputs])];

    /// <inheritdoc/>
    public override FeatureShape? InputShape => new FeatureShape(inputs);

    /// <inheritdoc/>
    public override bool OverwritesFresh => true;

    /// <inheritdoc/>
    public override string ToString() => $"Linear({inputs}, {outputs})";

    /// <inheritdoc/>
    public override FeatureShape OutputShape(FeatureShape input) => input.Size == inputs
        ? new FeatureShape(outputs)
        : throw new ArgumentException($"{this} takes {inputs} inputs, but gets {input}.", nameof(input));

    /// <inheritdoc/>
    public override LayerReads Reads(bool inputVaries) => inputVaries ? LayerReads.Input | LayerReads.Cotangent | LayerReads.Parameters : LayerReads.Input;

    /// <summary>PyTorch's default: weights and biases uniform in +-1/sqrt(inputs).</summary>
    public override void Initialize<T>(ref RandomStream stream, Span<T> parameters)
    {
        double bound = 1 / Math.Sqrt(inputs);
        stream.FillUniform(parameters, -bound, bound);
    }

    /// <summary>Y = X W^T + 1 b^T.</summary>
    public override void Value<T>(in LayerValues<T> v) => Affine(v, v.Parameters, v.Output);

    /// <summary>dY = X dW^T + 1 db^T + dX W^T.</summary>
    public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
    {
        Affine(v, d.Parameters, d.Output);
        if (!d.Input.IsEmpty)
            Gemm.MultiplySparse(v.Team, false, true, v.Rows, outputs, inputs, T.One, d.Input, v.Parameters[.._weights], T.One, d.Output);
    }

    /// <summary>aW += aY^T X, ab += aY^T 1, aX = aY W.</summary>
    public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
    {
        if (!a.Parameters.IsEmpty)
        {
            Gemm.MultiplySparse(v.Team, true, false, outputs, inputs, v.Rows, T.One, a.Output, v.Input, a.IsFresh ? T.Zero : T.One, a.Parameters[.._weights]);
            AddBias(v.Rows, a);
        }

        if (!a.Input.IsEmpty)
            Gemm.MultiplySparse(v.Team, false, false, v.Rows, inputs, outputs, T.One, a.Output, v.Parameters[.._weights], T.Zero, a.Input);
    }

    /// <summary>daW += daY^T X + aY^T dX, dab += daY^T 1, daX = daY W + aY dW.</summary>
    public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
    {
        Cotangent(v, da);
        if (!da.Parameters.IsEmpty && !d.Input.IsEmpty)
            Gemm.MultiplySparse(v.Team, true, false, outputs, inputs, v.Rows, T.One, a.Output, d.Input, T.One, da.Parameters[.._weights]);
        if (!da.Input.IsEmpty)
            Gemm.MultiplySparse(v.Team, false, false, v.Rows, inputs, outputs, T.One, a.Output, d.Parameters[.._weights], T.One, da.Input);
    }

    private static int AtLeastOne(int size, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1, name);
        return size;
    }

    /// <summary>Y = X W^T + 1 b^T for w = (W, b).</summary>
    private void Affine<T>(in LayerValues<T> v, ReadOnlySpan<T> w, Span<T> y)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        if (bias)
        {
            for (int i = 0; i < v.Rows; i++)
                w[_weights..].CopyTo(y[(i * outputs)..]);
        }

        Gemm.MultiplySparse(v.Team, false, true, v.Rows, outputs, inputs, T.One, v.Input, w[.._weights], bias ? T.One : T.Zero, y);
    }

    /// <summary>ab += aY^T 1: the sum over rows.</summary>
    private void AddBias<T>(int rows, in LayerCotangents<T> a)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        if (!bias)
            return;
        Span<T> b = a.Parameters[_weights..];
        if (a.IsFresh)
            b.Clear();
        Vectors.AddRows(rows, a.Output, b);
    }
}
