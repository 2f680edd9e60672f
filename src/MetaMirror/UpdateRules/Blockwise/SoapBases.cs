using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>The factors and eigenbases of one tensor, as they lie in SOAP's state.</summary>
internal readonly ref struct SoapBases<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Span<T> _l;
    private readonly Span<T> _left;
    private readonly Span<T> _r;
    private readonly Span<T> _right;
    private readonly int _m;
    private readonly int _n;

    public SoapBases(SoapTensor tensor, Span<T> state)
    {
        (_m, _n) = (tensor.Rows, tensor.Columns);
        _l = state[..tensor.Left];
        _left = state.Slice(tensor.Left, tensor.Left);
        _r = state.Slice(2 * tensor.Left, tensor.Right);
        _right = state.Slice((2 * tensor.Left) + tensor.Right, tensor.Right);
    }

    /// <summary>L = b L + (1 - b) G G^T, R = b R + (1 - b) G^T G.</summary>
    public void Average(ReadOnlySpan<T> g, T b)
    {
        if (_l.Length > 0)
            Gemm.MultiplySelf(false, _m, _n, T.One - b, g, b, _l);
        if (_r.Length > 0)
            Gemm.MultiplySelf(true, _n, _m, T.One - b, g, b, _r);
    }

    /// <summary>Bases are the eigenvectors; NaN where a factor is not finite, so that the next step shows that the run diverged.</summary>
    public void Start()
    {
        if (_l.Length > 0)
            FactorBasis.Start(_l, _m, _left);
        if (_r.Length > 0)
            FactorBasis.Start(_r, _n, _right);
    }

    /// <summary>One step of orthogonal iteration each; the first moment follows. A basis whose factor is not finite is NaN, as at the start.</summary>
    /// <param name="moments">m and v.</param>
    /// <param name="scratch">Twice the tensor's length, and what <see cref="EigenRows.Follow"/> needs.</param>
    public void Refresh(Span<T> moments, Span<T> scratch)
    {
        int length = _m * _n;
        Span<T> m = moments[..length], whole = scratch[..length], work = scratch.Slice(length, length), inner = scratch[(2 * length)..];
        Lift(T.One, m, work, T.Zero, whole);
        if (_l.Length > 0)
            FactorBasis.Follow(_l, _m, _left, inner);
        if (_r.Length > 0)
            FactorBasis.Follow(_r, _n, _right, inner);
        Project(whole, work, m);
    }

    /// <summary>d = Q_L^T G Q_R.</summary>
    public void Project(ReadOnlySpan<T> g, Span<T> work, Span<T> d)
    {
        if (_r.Length == 0)
        {
            Gemm.Multiply(false, false, _m, _n, _m, T.One, _left, g, T.Zero, d);
            return;
        }

        Span<T> narrow = _l.Length == 0 ? d : work;
        Gemm.Multiply(false, true, _m, _n, _n, T.One, g, _right, T.Zero, narrow);
        if (_l.Length > 0)
            Gemm.Multiply<T>(false, false, _m, _n, _m, T.One, _left, narrow, T.Zero, d);
    }

    /// <summary>g = factor Q_L D Q_R^T + kept g.</summary>
    public void Lift(T factor, ReadOnlySpan<T> d, Span<T> work, T kept, Span<T> g)
    {
        if (_r.Length == 0)
        {
            Gemm.Multiply(true, false, _m, _n, _m, factor, _left, d, kept, g);
            return;
        }

        ReadOnlySpan<T> rows = d;
        if (_l.Length > 0)
        {
            Gemm.Multiply(true, false, _m, _n, _m, T.One, _left, d, T.Zero, work);
            rows = work;
        }

        Gemm.Multiply(false, false, _m, _n, _n, factor, rows, _right, kept, g);
    }
}
