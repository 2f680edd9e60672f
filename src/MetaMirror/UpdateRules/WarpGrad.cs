using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// WarpGrad (Flennerhag, Rusu, Pascanu, Visin, Yin and Hadsell 2020, arXiv 1909.00025) with linear warps: behind each layer V x + c lies a learned matrix T, which its tasks do not move. Gradient descent on V and c moves
/// the weights W = T V and b = T c that the network has in effect by theta' = theta - eta T T^T g: a preconditioner that is never negative. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: for each weight NAME of shape out x ... the matrix NAME.warp T [out, out], starting at the identity; then learning_rate, not learned. A bias X.bias after its X.weight has its matrix; other vectors have none.
/// No state.
/// Differs from the paper: warps that are not linear (convolutions with rectifiers and batch normalization) are not there; they would be layers of the network, and their gradient depends on the activations.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class WarpGrad<T> : LearnedGradientMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // T^T G and T T^T G, with their tangents or cotangents.
    private const int Buffers = 4;

    /// <summary>Takes the step.</summary>
    /// <param name="learningRate">eta at scale 1, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">eta is not positive and finite.</exception>
    public WarpGrad(double learningRate)
        : base("warp-grad", learningRate, Buffers)
    {
    }

    private protected override IEnumerable<MetaParameterSpec<T>> MapSpecs(ParameterLayout layout) => layout.Blocks.Where(b => b.IsMatrix).Select(b => Identity($"{b.Name}.warp", b.Rows));

    private protected override int MapLength(ParameterLayout layout)
    {
        int length = 0;
        foreach (ParameterBlock block in layout.Blocks)
            length += block.IsMatrix ? block.Rows * block.Rows : 0;
        return length;
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        T eta = StepSize(context, x);
        var places = new Places(context.Layout);
        while (places.Next())
        {
            ReadOnlySpan<T> g = x.Gradient.Slice(places.Offset, places.Length);
            Span<T> theta = x.Theta.Slice(places.Offset, places.Length), u = context.Scratch[..places.Length];
            if (places.Rows == 0)
            {
                Vectors.AddScaled(-eta, g, theta);
                continue;
            }

            ReadOnlySpan<T> warp = places.Of(context.Meta);
            places.Multiply(true, warp, g, T.One, T.Zero, u);
            places.Multiply(false, warp, u, -eta, T.One, theta);
        }
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        T eta = StepSize(context, x), dEta = StepTangent(context, x, metaTangent, tangent);
        var places = new Places(context.Layout);
        while (places.Next())
        {
            int n = places.Length;
            ReadOnlySpan<T> g = x.Gradient.Slice(places.Offset, n), dg = tangent.Gradient.Slice(places.Offset, n);
            Span<T> dTheta = tangent.Theta.Slice(places.Offset, n), u = context.Scratch[..n], du = context.Scratch.Slice(n, n);
            if (places.Rows == 0)
            {
                Vectors.AddScaled(-eta, dg, dTheta);
                Vectors.AddScaled(-dEta, g, dTheta);
                continue;
            }

            ReadOnlySpan<T> warp = places.Of(context.Meta), dWarp = places.Of(metaTangent);
            places.Multiply(true, warp, g, T.One, T.Zero, u);
            places.Multiply(true, dWarp, g, T.One, T.Zero, du);
            places.Multiply(true, warp, dg, T.One, T.One, du);
            places.Multiply(false, warp, du, -eta, T.One, dTheta);
            places.Multiply(false, dWarp, u, -eta, T.One, dTheta);
            places.Multiply(false, warp, u, -dEta, T.One, dTheta);
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        T eta = StepSize(context, x);
        double aEta = 0;
        var places = new Places(context.Layout);
        while (places.Next())
        {
            int n = places.Length;
            ReadOnlySpan<T> g = x.Gradient.Slice(places.Offset, n), aTheta = cotangent.Theta.Slice(places.Offset, n);
            Span<T> ag = cotangent.Gradient.Slice(places.Offset, n), u = context.Scratch[..n], step = context.Scratch.Slice(n, n), au = context.Scratch.Slice(2 * n, n), aStep = context.Scratch.Slice(3 * n, n);
            if (places.Rows == 0)
            {
                aEta -= Vectors.Dot(aTheta, g);
                Vectors.AddScaled(-eta, aTheta, ag);
                continue;
            }

            // s = T u, u = T^T g: aT = aS u^T + g au^T, au = T^T aS, ag = T au.
            ReadOnlySpan<T> warp = places.Of(context.Meta);
            Span<T> aWarp = places.Of(metaCotangent);
            places.Multiply(true, warp, g, T.One, T.Zero, u);
            places.Multiply(false, warp, u, T.One, T.Zero, step);
            aEta -= Vectors.Dot<T>(aTheta, step);
            aTheta.CopyTo(aStep);
            Vectors.Scale(-eta, aStep);
            places.Multiply(true, warp, aStep, T.One, T.Zero, au);
            places.AddOuter(aStep, u, aWarp);
            places.AddOuter(g, au, aWarp);
            places.Multiply(false, warp, au, T.One, T.One, ag);
        }

        AddStepCotangent(aEta, context, x, cotangent, metaCotangent);
    }

    /// <summary>The tensors one after the other, each with its matrix.</summary>
    private ref struct Places(ParameterLayout layout)
    {
        private int _at = -1;
        private int _start;
        private int _end;

        /// <summary>Rows of the matrix; 0 where there is none.</summary>
        public int Rows { get; private set; }

        public readonly int Offset => layout.Blocks[_at].Offset;

        public readonly int Length => layout.Blocks[_at].Length;

        public bool Next()
        {
            if (++_at == layout.Blocks.Length)
                return false;
            ParameterBlock block = layout.Blocks[_at];
            if (block.IsMatrix)
            {
                (_start, Rows) = (_end, block.Rows);
                _end += Rows * Rows;
            }
            else if (_at == 0 || !IsBias(block, layout.Blocks[_at - 1]))
            {
                Rows = 0;
            }

            return true;
        }

        public readonly Span<T> Of(Span<T> meta) => meta.Slice(_start, Rows * Rows);

        public readonly ReadOnlySpan<T> Of(ReadOnlySpan<T> meta) => meta.Slice(_start, Rows * Rows);

        /// <summary>c = alpha op(T) a + beta c.</summary>
        public readonly void Multiply(bool transpose, ReadOnlySpan<T> warp, ReadOnlySpan<T> a, T alpha, T beta, Span<T> c) =>
            Gemm.Multiply(transpose, false, Rows, Length / Rows, Rows, alpha, warp, a, beta, c);

        /// <summary>aT += a b^T.</summary>
        public readonly void AddOuter(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> aWarp) => Gemm.Multiply(false, true, Rows, Rows, Length / Rows, T.One, a, b, T.One, aWarp);

        private static bool IsBias(ParameterBlock vector, ParameterBlock before)
        {
            const string Bias = ".bias", Weight = ".weight";
            return before.IsMatrix && vector.Length == before.Rows && vector.Name.EndsWith(Bias, StringComparison.Ordinal) && before.Name.EndsWith(Weight, StringComparison.Ordinal)
                && vector.Name.AsSpan(0, vector.Name.Length - Bias.Length).SequenceEqual(before.Name.AsSpan(0, before.Name.Length - Weight.Length));
        }
    }
}
