using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Tracking;

/// <summary>
/// The coordinates that one tensor's bases give: G -> (D, E) with D = V_L^T G Q and the residual E = G - G Q Q^T, rotated or not by V_L^T; back again; and both
/// transposed. D and E lie behind one another in one span of the block's MomentLength.
/// </summary>
/// <param name="block">Shapes.</param>
/// <param name="factors">The factor part of a state.</param>
/// <param name="scratch">At least <see cref="Scratch"/>.</param>
internal readonly ref struct TrackedFrame<T>(TrackedBlock<T> block, ReadOnlySpan<T> factors, Span<T> scratch)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _left = factors.Slice(block.LeftLength, block.LeftLength);
    private readonly ReadOnlySpan<T> _right = factors.Slice((2 * block.LeftLength) + block.RightLength, block.RightLength);
    private readonly Span<T> _narrow = scratch[..block.KeptLength];
    private readonly Span<T> _wide = scratch.Slice(block.KeptLength, block.RotatesResidual ? block.Block.Length : 0);

    /// <summary>Length of the scratch.</summary>
    public static int Scratch(TrackedBlock<T> block) => block.KeptLength + (block.RotatesResidual ? block.Block.Length : 0);

    /// <summary>c = (D, E) of g.</summary>
    public void Project(ReadOnlySpan<T> g, Span<T> c)
    {
        ProjectKept(g, c[..block.KeptLength]);
        if (block.IsTracked)
            ProjectRest(g, c[block.KeptLength..], hasProduct: true);
    }

    /// <summary>D of g.</summary>
    /// <param name="g">In the tensor's own coordinates.</param>
    /// <param name="d">Overwritten.</param>
    /// <param name="hasProduct">True if the scratch begins with g Q.</param>
    public void ProjectKept(ReadOnlySpan<T> g, Span<T> d, bool hasProduct = false) => Left(T.One, hasProduct ? _narrow : TimesRight(T.One, g, T.Zero, _narrow), d);

    /// <summary>E of g. Right after <see cref="ProjectKept"/> of the same g the scratch begins with g Q.</summary>
    public void ProjectRest(ReadOnlySpan<T> g, Span<T> e, bool hasProduct = false)
    {
        ReadOnlySpan<T> x = hasProduct ? _narrow : TimesRight(T.One, g, T.Zero, _narrow);
        Span<T> residual = block.RotatesResidual ? _wide : e;
        Gemm.MultiplyBeside(block.M, block.N, block.Columns, -T.One, x, _right, T.One, g, T.Zero, residual);
        if (block.RotatesResidual)
            Left(T.One, residual, e);
    }

    /// <summary>g += factor (V_L D Q^T + E), E rotated back; c is overwritten.</summary>
    public void Lift(T factor, Span<T> c, Span<T> g)
    {
        Span<T> d = c[..block.KeptLength];
        if (block.RotatesResidual)
        {
            Span<T> rest = c[block.KeptLength..];
            Gemm.Multiply<T>(false, false, block.M, block.N, block.Columns, T.One, d, _right, T.One, rest);
            Gemm.Multiply<T>(true, false, block.M, block.N, block.M, factor, _left, rest, T.One, g);
            return;
        }

        if (block.IsTracked)
            Gemm.MultiplyBeside(block.M, block.N, block.Columns, factor, LeftTransposed(d), _right, factor, c[block.KeptLength..], T.One, g);
        else
            LiftKept(factor, d, g);
    }

    /// <summary>Before bases move: momentum out of their coordinates, but for a rotated residual's rows, whose old basis is kept instead: V' V^T turns them in one product.</summary>
    /// <param name="m">Momentum.</param>
    /// <param name="c">For <see cref="EndTurn"/>, like the two that follow.</param>
    /// <param name="factors">As long as the factors.</param>
    /// <param name="whole">As long as the tensor.</param>
    public void BeginTurn(ReadOnlySpan<T> m, Span<T> c, Span<T> factors, Span<T> whole)
    {
        if (block.RotatesResidual)
        {
            m.CopyTo(c);
            _left.CopyTo(factors);
            Gemm.Multiply(false, false, block.M, block.N, block.Columns, T.One, c[..block.KeptLength], _right, T.One, c[block.KeptLength..]);
            return;
        }

        if (block.IsTracked)
            m[block.KeptLength..].CopyTo(whole);
        else
            whole.Clear();
        LiftKept(T.One, m[..block.KeptLength], whole);
    }

    /// <summary>After bases have moved: momentum into the new coordinates.</summary>
    public void EndTurn(Span<T> c, Span<T> factors, ReadOnlySpan<T> whole, Span<T> m)
    {
        if (!block.RotatesResidual)
        {
            Project(whole, m);
            return;
        }

        (int rows, int kept) = (block.M, block.KeptLength);
        Span<T> rest = c[kept..], old = factors[..(rows * rows)], turn = factors.Slice(rows * rows, rows * rows), d = c[..kept];
        TimesRight(T.One, rest, T.Zero, d);
        Gemm.Multiply<T>(false, false, rows, block.N, block.Columns, -T.One, d, _right, T.One, rest);
        Gemm.Multiply<T>(false, true, rows, rows, rows, T.One, _left, old, T.Zero, turn);
        Gemm.Multiply<T>(false, false, rows, block.Columns, rows, T.One, turn, d, T.Zero, m[..kept]);
        Gemm.Multiply<T>(false, false, rows, block.N, rows, T.One, turn, rest, T.Zero, m[kept..]);
    }

    /// <summary>g += factor V_L D Q^T.</summary>
    public void LiftKept(T factor, ReadOnlySpan<T> d, Span<T> g) => AddTimesRightTransposed(factor, LeftTransposed(d), g);

    /// <summary>The transpose of <see cref="ProjectKept"/>: g += V_L aD Q^T.</summary>
    public void ProjectKeptTransposed(ReadOnlySpan<T> d, Span<T> g) => LiftKept(T.One, d, g);

    /// <summary>The transpose of <see cref="ProjectRest"/>: g += aE - aE Q Q^T, aE rotated back.</summary>
    public void ProjectRestTransposed(ReadOnlySpan<T> e, Span<T> g)
    {
        ReadOnlySpan<T> residual = e;
        if (block.RotatesResidual)
        {
            Gemm.Multiply<T>(true, false, block.M, block.N, block.M, T.One, _left, e, T.Zero, _wide);
            residual = _wide;
        }

        Vectors.AddScaled(T.One, residual, g);
        TimesRight(-T.One, residual, T.Zero, _narrow);
        AddTimesRightTransposed(T.One, _narrow, g);
    }

    /// <summary>The transpose of <see cref="Project"/>.</summary>
    public void ProjectTransposed(ReadOnlySpan<T> c, Span<T> g)
    {
        ProjectKeptTransposed(c[..block.KeptLength], g);
        if (block.IsTracked)
            ProjectRestTransposed(c[block.KeptLength..], g);
    }

    /// <summary>The transpose of <see cref="Lift"/>: c = factor (V_L^T g Q, g), the second rotated.</summary>
    public void LiftTransposed(T factor, ReadOnlySpan<T> g, Span<T> c)
    {
        Left(factor, TimesRight(T.One, g, T.Zero, _narrow), c[..block.KeptLength]);
        if (!block.IsTracked)
            return;
        Span<T> rest = c[block.KeptLength..];
        if (block.RotatesResidual)
        {
            Left(factor, g, rest);
            return;
        }

        g.CopyTo(rest);
        Vectors.Scale(factor, rest);
    }

    /// <summary>x = alpha g Q + beta x; g itself where there is no right basis (then alpha is 1, beta 0).</summary>
    private ReadOnlySpan<T> TimesRight(T alpha, ReadOnlySpan<T> g, T beta, Span<T> x)
    {
        if (_right.IsEmpty && !block.IsTracked)
            return g;
        Gemm.Multiply(false, true, block.M, block.Columns, block.N, alpha, g, _right, beta, x);
        return x;
    }

    private void AddTimesRightTransposed(T alpha, ReadOnlySpan<T> x, Span<T> g)
    {
        if (_right.IsEmpty && !block.IsTracked)
            Vectors.AddScaled(alpha, x, g);
        else
            Gemm.Multiply(false, false, block.M, block.N, block.Columns, alpha, x, _right, T.One, g);
    }

    /// <summary>y = factor V_L^T x.</summary>
    private void Left(T factor, ReadOnlySpan<T> x, Span<T> y)
    {
        if (_left.IsEmpty)
        {
            x.CopyTo(y);
            Vectors.Scale(factor, y);
        }
        else
        {
            Gemm.Multiply(false, false, block.M, y.Length / block.M, block.M, factor, _left, x, T.Zero, y);
        }
    }

    /// <summary>V_L d, in the narrow scratch; d itself where there is no left basis.</summary>
    private ReadOnlySpan<T> LeftTransposed(ReadOnlySpan<T> d)
    {
        if (_left.IsEmpty)
            return d;
        Gemm.Multiply(true, false, block.M, block.Columns, block.M, T.One, _left, d, T.Zero, _narrow);
        return _narrow;
    }
}
