using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>The factors of one tensor and their roots, as they lie in Shampoo's state; eps is not in the factors, where single precision would lose it, but added when roots are taken.</summary>
internal readonly ref struct ShampooFactors<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ShampooTensor _tensor;
    private readonly double _epsilon;
    private readonly Span<T> _l;
    private readonly Span<T> _leftRoot;
    private readonly Span<T> _r;
    private readonly Span<T> _rightRoot;
    private readonly Span<T> _sums;

    public ShampooFactors(ShampooTensor tensor, Span<T> state, double epsilon)
    {
        (_tensor, _epsilon) = (tensor, epsilon);
        _l = state[..tensor.Left];
        _leftRoot = state.Slice(tensor.Left, tensor.Left);
        _r = state.Slice(2 * tensor.Left, tensor.Right);
        _rightRoot = state.Slice((2 * tensor.Left) + tensor.Right, tensor.Right);
        _sums = state[(state.Length - tensor.Sums)..];
    }

    /// <summary>L += G G^T, R += G^T G.</summary>
    public void Add(ReadOnlySpan<T> g)
    {
        (int m, int n) = (_tensor.Rows, _tensor.Columns);
        if (_tensor.IsWholeLeft)
        {
            Gemm.MultiplySelf(false, m, n, T.One, g, T.One, _l);
        }
        else
        {
            for (int i = 0; i < m; i++)
                _l[i] += T.CreateTruncating(Vectors.SquaredNorm(g.Slice(i * n, n)));
        }

        if (_tensor.Right == 0)
            return;
        if (_tensor.IsWholeRight)
        {
            Gemm.MultiplySelf(true, n, m, T.One, g, T.One, _r);
            return;
        }

        for (int i = 0; i < m; i++)
            Vectors.MultiplyAdd(g.Slice(i * n, n), g.Slice(i * n, n), _r);
    }

    /// <summary>(L + eps I)^e and (R + eps I)^e, e = -1/4 or, for vectors, -1/2; NaN where a factor is not finite, so that the step shows that the run diverged.</summary>
    public void TakeRoots()
    {
        Root(_l, _tensor.Rows, _tensor.IsWholeLeft, _leftRoot);
        if (_tensor.Right > 0)
            Root(_r, _tensor.Columns, _tensor.IsWholeRight, _rightRoot);
    }

    /// <summary>d = the roots around H.</summary>
    public void Precondition(ReadOnlySpan<T> h, Span<T> work, Span<T> d)
    {
        (int m, int n) = (_tensor.Rows, _tensor.Columns);
        ReadOnlySpan<T> right = h;
        if (_tensor.Right > 0)
        {
            if (_tensor.IsWholeRight)
            {
                Gemm.Multiply(false, false, m, n, n, T.One, h, _rightRoot, T.Zero, work);
            }
            else
            {
                for (int i = 0; i < m; i++)
                    Vectors.Multiply(h.Slice(i * n, n), _rightRoot, work.Slice(i * n, n));
            }

            right = work;
        }

        if (_tensor.IsWholeLeft)
        {
            Gemm.Multiply(false, false, m, n, m, T.One, _leftRoot, right, T.Zero, d);
            return;
        }

        right.CopyTo(d);
        for (int i = 0; i < m; i++)
            Vectors.Scale(_leftRoot[i], d.Slice(i * n, n));
    }

    /// <summary>a += G^2; step = H / sqrt(a + eps).</summary>
    public ReadOnlySpan<T> AdaGradStep(ReadOnlySpan<T> g, ReadOnlySpan<T> h, Span<T> step)
    {
        Vectors.MultiplyAdd(g, g, _sums);
        TensorPrimitives.Add(_sums, T.CreateTruncating(_epsilon), step);
        TensorPrimitives.Sqrt(step, step);
        TensorPrimitives.Divide(h, step, step);
        return step;
    }

    private void Root(ReadOnlySpan<T> factor, int n, bool isWhole, Span<T> root)
    {
        if (isWhole)
        {
            if (!SymmetricMatrix.TryPower(factor, n, _tensor.Exponent, _epsilon, root))
                root.Fill(T.NaN);
            return;
        }

        // Infinity to a negative power is 0, which would stand still.
        for (int i = 0; i < n; i++)
            root[i] = T.IsFinite(factor[i]) ? T.CreateTruncating(Math.Pow(double.CreateTruncating(factor[i]) + _epsilon, _tensor.Exponent)) : T.NaN;
    }
}
