using System.Numerics;
using System.Numerics.Tensors;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <summary>
/// phi(theta) = sum_i theta_i log theta_i; every tensor is a probability simplex of its own. The step is exponentiated gradient,
/// theta_i exp(-eta g_i) / sum_k theta_k exp(-eta g_k), computed from log theta_i - eta g_i less its maximum. No meta-parameters.
/// </summary>
/// <remarks>
/// B(a||b) = sum a log(a/b) - a + b, the Kullback-Leibler divergence on the simplex. phi is 1-strongly convex on each simplex in the 1-norm
/// (Pinsker), so over all tensors in sqrt(sum_b ||theta_b||_1^2), whose dual norm is sqrt(sum_b ||g_b||_inf^2): for one tensor the
/// infinity norm. A coordinate that is 0 (underflow included) stays 0.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NegativeEntropy<T> : Divergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How far the sums of the first point may be from 1, in roundings per coordinate.</summary>
    private const int RoundingsPerCoordinate = 4;

    /// <inheritdoc/>
    public override string Name => "negative-entropy";

    /// <inheritdoc/>
    public override DivergenceDomain Domain => DivergenceDomain.Simplex;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return 2 * layout.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">theta has a negative entry, or a tensor of the first point does not sum to 1.</exception>
    public override void Step(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        context.Layout.RequireLength(theta.Length, nameof(theta));
        context.Layout.RequireLength(gradient.Length, nameof(gradient));
        if (context.Age == 0)
            RequireSimplex(context.Layout, theta);
        Mirror(context, eta, gradient, theta, theta, ratio: []);
    }

    /// <inheritdoc/>
    /// <remarks>With rho_i = theta+_i / theta_i: dtheta+_i = u_i - theta+_i sum_k u_k (k in the tensor), u_i = rho_i dtheta_i - theta+_i (deta g_i + eta dg_i).</remarks>
    public override void StepJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        context.Layout.RequireLength(dTheta.Length, nameof(dTheta));
        Span<T> next = context.Scratch[..theta.Length], ratio = context.Scratch.Slice(theta.Length, theta.Length);
        Mirror(context, eta, gradient, theta, next, ratio);
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            double sum = 0;
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
            {
                T u = (ratio[i] * dTheta[i]) - (next[i] * ((dEta * gradient[i]) + (eta * dGradient[i])));
                dTheta[i] = u;
                sum += double.CreateTruncating(u);
            }

            Vectors.AddScaled(T.CreateTruncating(-sum), next.Slice(block.Offset, block.Length), dTheta.Slice(block.Offset, block.Length));
        }
    }

    /// <inheritdoc/>
    /// <remarks>The transpose: v_i = a_i - sum_k theta+_k a_k; aTheta = rho v; aG -= eta theta+ v; aEta -= sum g theta+ v.</remarks>
    public override void StepVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        context.Layout.RequireLength(aTheta.Length, nameof(aTheta));
        Span<T> next = context.Scratch[..theta.Length], ratio = context.Scratch.Slice(theta.Length, theta.Length);
        Mirror(context, eta, gradient, theta, next, ratio);
        double slope = 0;
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            T mean = T.CreateTruncating(Vectors.Dot<T>(next.Slice(block.Offset, block.Length), aTheta.Slice(block.Offset, block.Length)));
            for (int i = block.Offset; i < block.Offset + block.Length; i++)
            {
                T v = aTheta[i] - mean, product = next[i] * v;
                aTheta[i] = ratio[i] * v;
                aGradient[i] -= eta * product;
                slope += double.CreateTruncating(gradient[i]) * double.CreateTruncating(product);
            }
        }

        aEta[0] -= T.CreateTruncating(slope);
    }

    /// <inheritdoc/>
    public override double Potential(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center)
    {
        context.Layout.RequireLength(theta.Length, nameof(theta));
        double sum = 0;
        foreach (T entry in theta)
        {
            double x = double.CreateTruncating(entry);
            sum += x == 0 ? 0 : x * Math.Log(x);
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void PotentialGradient(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> center, Span<T> gradient)
    {
        context.Layout.RequireLength(theta.Length, nameof(theta));
        TensorPrimitives.Log(theta, gradient);
        TensorPrimitives.Add(gradient, T.One, gradient);
    }

    /// <inheritdoc/>
    /// <returns>Infinity if the reference is 0 where the point is not.</returns>
    public override double Bregman(in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference)
    {
        context.Layout.RequireLength(point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        double sum = 0;
        for (int i = 0; i < point.Length; i++)
        {
            double u = double.CreateTruncating(point[i]), r = double.CreateTruncating(reference[i]);
            sum += (u == 0 ? 0 : u * Math.Log(u / r)) - u + r;
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void AddBregmanGradient(
        in DivergenceContext<T> context, ReadOnlySpan<T> point, ReadOnlySpan<T> reference, T weight, Span<T> aPoint, Span<T> aReference, Span<T> aMeta)
    {
        context.Layout.RequireLength(point.Length, nameof(point));
        context.Layout.RequireLength(reference.Length, nameof(reference));
        for (int i = 0; i < point.Length; i++)
        {
            T quotient = point[i] / reference[i];
            if (!aPoint.IsEmpty)
                aPoint[i] += weight * T.Log(quotient);
            if (!aReference.IsEmpty)
                aReference[i] += weight * (T.One - quotient);
        }
    }

    /// <inheritdoc/>
    public override double StrongConvexity(in DivergenceContext<T> context) => 1;

    /// <inheritdoc/>
    public override void AddStrongConvexityGradient(in DivergenceContext<T> context, T weight, Span<T> aMeta)
    {
    }

    /// <inheritdoc/>
    public override double DualNormSquared(in DivergenceContext<T> context, ReadOnlySpan<T> g)
    {
        context.Layout.RequireLength(g.Length, nameof(g));
        double sum = 0;
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            double max = Vectors.MaxAbs(g.Slice(block.Offset, block.Length));
            sum += max * max;
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void AddDualNormSquaredGradient(in DivergenceContext<T> context, ReadOnlySpan<T> g, T weight, Span<T> aG, Span<T> aMeta)
    {
        context.Layout.RequireLength(g.Length, nameof(g));
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            if (aG.IsEmpty || block.Length == 0)
                continue;
            int largest = block.Offset;
            for (int i = block.Offset + 1; i < block.Offset + block.Length; i++)
            {
                if (T.Abs(g[i]) > T.Abs(g[largest]))
                    largest = i;
            }

            aG[largest] += weight * (g[largest] + g[largest]);
        }
    }

    /// <summary>next = the step from theta; ratio_i = exp(-eta g_i - m) / s with m and s of the step, which is next_i / theta_i also at theta_i = 0.</summary>
    private static void Mirror(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, Span<T> next, Span<T> ratio)
    {
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            if (block.Length == 0)
                continue;
            ReadOnlySpan<T> g = gradient.Slice(block.Offset, block.Length);
            Span<T> x = next.Slice(block.Offset, block.Length);
            TensorPrimitives.Log(theta.Slice(block.Offset, block.Length), x);
            Vectors.AddScaled(-eta, g, x);
            T max = TensorPrimitives.Max<T>(x);
            TensorPrimitives.Subtract(x, max, x);
            TensorPrimitives.Exp(x, x);
            T sum = T.CreateTruncating(Vectors.Sum<T>(x));
            TensorPrimitives.Divide(x, sum, x);
            for (int i = 0; i < g.Length && !ratio.IsEmpty; i++)
                ratio[block.Offset + i] = T.Exp((-eta * g[i]) - max) / sum;
        }
    }

    private void RequireSimplex(ParameterLayout layout, ReadOnlySpan<T> theta)
    {
        foreach (ParameterBlock block in layout.Blocks)
        {
            if (block.Length == 0)
                continue;
            ReadOnlySpan<T> x = theta.Slice(block.Offset, block.Length);
            double sum = Vectors.Sum(x), tolerance = RoundingsPerCoordinate * (typeof(T) == typeof(double) ? 2.2e-16 : 1.2e-7) * block.Length;
            if (!(TensorPrimitives.Min(x) >= T.Zero) || !(Math.Abs(sum - 1) <= tolerance))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{Name} expects tensor '{block.Name}' on the simplex (entries not negative, sum 1), but the smallest entry is {TensorPrimitives.Min(x)} and the sum {sum}."),
                    nameof(theta));
            }
        }
    }
}
