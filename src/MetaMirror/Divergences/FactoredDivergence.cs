using System.Numerics;
using MetaMirror.Divergences.Factors;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// phi(theta) = sum over blocks of 1/2 tr(W^T L W R), W the block as a matrix: step W - eta L^-1 G R^-1. Variants say what the blocks and the forms of L and R are.
/// </summary>
/// <remarks>
/// <para>phi is lambda-strongly convex in the 2-norm with lambda = min over blocks of lambda_min(L) lambda_min(R), and 1-strongly convex in
/// ||W||^2 = tr(W^T L W R), whose dual norm is ||G||_*^2 = tr(G^T L^-1 G R^-1).</para>
/// <para>There is no state and no cache: dense factors are stored by their Cholesky factors, so a step costs two triangular solves a side
/// (the price of one product with a ready inverse), whatever happens to the meta-parameters between two steps.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class FactoredDivergence<T> : Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Two = T.One + T.One;

    private protected FactoredDivergence()
    {
    }

    /// <inheritdoc/>
    public sealed override bool IsQuadratic => true;

    /// <inheritdoc/>
    public sealed override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        int length = 0;
        for (int i = 0; i < BlockCount(layout); i++)
            length = Math.Max(length, BlockAt(layout, i).ScratchLength);
        return length;
    }

    /// <inheritdoc/>
    public sealed override void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        Check(context, theta.Length, nameof(theta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            pair.Step(eta, gradient.Slice(block.Offset, block.Length), theta.Slice(block.Offset, block.Length));
        }
    }

    /// <inheritdoc/>
    /// <remarks>dW+ = dW - deta Y - eta L^-1 (dG - dL Y R - L Y dR) R^-1 with Y = L^-1 G R^-1.</remarks>
    public sealed override void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        Check(context, dTheta.Length, nameof(dTheta));
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out Range left);
            pair.Jvp(
                eta, dEta, gradient.Slice(block.Offset, block.Length), dGradient.Slice(block.Offset, block.Length),
                metaTangent[left], metaTangent[left.End.Value..m], dTheta.Slice(block.Offset, block.Length));
        }
    }

    /// <inheritdoc/>
    /// <remarks>The transpose: aTheta = a passes; aG -= eta L^-1 a R^-1; aEta -= &lt;a, Y&gt;; aL += eta sym(L^-1 a Y^T); aR += eta sym(Y^T a R^-1).</remarks>
    public sealed override void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        Check(context, aTheta.Length, nameof(aTheta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        context.Layout.RequireLength(aGradient.Length, nameof(aGradient));
        double slope = 0;
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out Range left);
            slope += pair.Vjp(
                eta, gradient.Slice(block.Offset, block.Length), aTheta.Slice(block.Offset, block.Length),
                aGradient.Slice(block.Offset, block.Length), aMeta[left], aMeta[left.End.Value..m]);
        }

        aEta[0] -= T.CreateTruncating(slope);
    }

    /// <inheritdoc/>
    public sealed override double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center)
    {
        Check(context, theta.Length, nameof(theta));
        double twice = 0;
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            twice += pair.Apply(theta.Slice(block.Offset, block.Length), pair.Result);
        }

        return twice / 2;
    }

    /// <inheritdoc/>
    public sealed override void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient)
    {
        Check(context, theta.Length, nameof(theta));
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            pair.Apply(theta.Slice(block.Offset, block.Length), gradient.Slice(block.Offset, block.Length));
        }
    }

    /// <inheritdoc/>
    /// <remarks>1/2 tr(D^T L D R), D = point - reference.</remarks>
    public sealed override double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        Check(context, point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        double twice = 0;
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            twice += pair.Apply(pair.Difference(point.Slice(block.Offset, block.Length), reference.Slice(block.Offset, block.Length)), pair.Result);
        }

        return twice / 2;
    }

    /// <inheritdoc/>
    /// <remarks>dB/dD = L D R; dB/dL = 1/2 D R D^T; dB/dR = 1/2 D^T L D.</remarks>
    public sealed override void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta)
    {
        Check(context, point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out Range left);
            ReadOnlySpan<T> d = pair.Difference(point.Slice(block.Offset, block.Length), reference.Slice(block.Offset, block.Length));
            if (!aPoint.IsEmpty || !aReference.IsEmpty)
                pair.Apply(d, pair.Result);
            if (!aPoint.IsEmpty)
                Vectors.AddScaled(weight, pair.Result, aPoint.Slice(block.Offset, block.Length));
            if (!aReference.IsEmpty)
                Vectors.AddScaled(-weight, pair.Result, aReference.Slice(block.Offset, block.Length));
            if (!aMeta.IsEmpty)
                pair.AddQuadraticGradient(weight, d, aMeta[left], aMeta[left.End.Value..m]);
        }
    }

    /// <summary>ln det P of the metric P = L kron R of all blocks: the sum of columns ln det L + rows ln det R (A of m rows, B of n: det(A kron B) = det(A)^n det(B)^m).</summary>
    /// <param name="context">Layout, meta-parameters, scratch.</param>
    /// <exception cref="ArgumentException">There are more or fewer meta-parameters than the layout has.</exception>
    public double LogDeterminant(in DivergenceContext<T> context)
    {
        Check(context, context.Layout.Length, nameof(context));
        double sum = 0;
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            if (block.Length > 0)
                sum += (block.Columns * pair.Left.LogDeterminant()) + (block.Rows * pair.Right.LogDeterminant());
        }

        return sum;
    }

    /// <inheritdoc/>
    /// <remarks>By eigenvalues of dense factors, in double: not for inner loops.</remarks>
    public sealed override double StrongConvexity(in DivergenceContext<T> context)
    {
        (double left, double right, _) = Smallest(context);
        return left * right;
    }

    /// <inheritdoc/>
    /// <remarks>d lambda / dL = lambda_min(R) q q^T with the unit eigenvector q, and likewise for R, in the first block where the minimum is attained.</remarks>
    public sealed override void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta)
    {
        (double lambdaLeft, double lambdaRight, int smallest) = Smallest(context);
        double w = double.CreateTruncating(weight);
        for (int i = 0, m = 0; i <= smallest; i++)
        {
            Next(context, i, ref m, out FactorPair<T> pair, out Range left);
            if (i < smallest)
                continue;
            pair.Left.AddSmallestEigenvalueGradient(w * lambdaRight, lambdaLeft, aMeta[left]);
            pair.Right.AddSmallestEigenvalueGradient(w * lambdaLeft, lambdaRight, aMeta[left.End.Value..m]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>tr(G^T L^-1 G R^-1).</remarks>
    public sealed override double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g)
    {
        Check(context, g.Length, nameof(g));
        double sum = 0;
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            sum += pair.Dual(g.Slice(block.Offset, block.Length), pair.Result);
        }

        return sum;
    }

    /// <inheritdoc/>
    /// <remarks>aG += 2 Y; aL -= sym(L^-1 G Y^T); aR -= sym(Y^T G R^-1).</remarks>
    public sealed override void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta)
    {
        Check(context, g.Length, nameof(g));
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out Range left);
            ReadOnlySpan<T> gradient = g.Slice(block.Offset, block.Length);
            if (!aG.IsEmpty)
            {
                pair.Dual(gradient, pair.Result);
                Vectors.AddScaled(Two * weight, pair.Result, aG.Slice(block.Offset, block.Length));
            }

            if (!aMeta.IsEmpty)
                pair.AddDualGradient(weight, gradient, aMeta[left], aMeta[left.End.Value..m]);
        }
    }

    private protected abstract int BlockCount(ParameterLayout layout);

    private protected abstract FactorBlock<T> BlockAt(ParameterLayout layout, int index);

    /// <summary>The block's algebra with its meta-parameters, <paramref name="left"/>.. up to the new <paramref name="meta"/>; meta moves on.</summary>
    private protected FactorBlock<T> Next(in DivergenceContext<T> context, int index, ref int meta, out FactorPair<T> pair, out Range left)
    {
        FactorBlock<T> block = BlockAt(context.Layout, index);
        pair = block.Pair(context.Meta.Slice(meta, block.MetaLength), context.Scratch);
        left = meta..(meta + block.LeftLength);
        meta += block.MetaLength;
        return block;
    }

    /// <summary>lambda_min(L) and lambda_min(R) of the block where their product is smallest, the first at a tie.</summary>
    private (double Left, double Right, int Index) Smallest(in DivergenceContext<T> context)
    {
        (double Left, double Right, int Index) smallest = (double.PositiveInfinity, 1, -1);
        for (int i = 0, m = 0; i < BlockCount(context.Layout); i++)
        {
            FactorBlock<T> block = Next(context, i, ref m, out FactorPair<T> pair, out _);
            if (block.Length == 0)
                continue;
            double left = pair.Left.SmallestEigenvalue(), right = pair.Right.SmallestEigenvalue();
            if (left * right < smallest.Left * smallest.Right)
                smallest = (left, right, i);
        }

        return smallest.Index >= 0 ? smallest : throw new ArgumentException($"{Name} has no smallest eigenvalue for the layout {context.Layout}.", nameof(context));
    }

    private void Check(in DivergenceContext<T> context, int length, string what)
    {
        context.Layout.RequireLength(length, what);
        int expected = 0;
        for (int i = 0; i < BlockCount(context.Layout); i++)
            expected += BlockAt(context.Layout, i).MetaLength;
        if (context.Meta.Length != expected)
            throw new ArgumentException($"{Name} got {context.Meta.Length} meta-parameters, expected {expected}.", nameof(context));
    }
}
