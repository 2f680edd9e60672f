using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.Tests.Divergences;

/// <summary>sum_i m_i (x^2/2 + x^4/4) with one learned m_i per coordinate.</summary>
internal sealed class QuarticPotential<T> : Potential<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Three = T.CreateChecked(3);

    public override string Name => "quartic";

    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) =>
        [new("weights", [layout.Length], MetaTransform.Log, ImmutableArray.Create(T.One))];

    public override double Value(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta)
    {
        double sum = 0;
        for (int i = 0; i < theta.Length; i++)
        {
            double x = double.CreateChecked(theta[i]);
            sum += double.CreateChecked(meta[i]) * ((x * x / 2) + (x * x * x * x / 4));
        }

        return sum;
    }

    public override void Gradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, Span<T> gradient)
    {
        for (int i = 0; i < theta.Length; i++)
            gradient[i] = meta[i] * Slope(theta[i]);
    }

    public override void HessianVector(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] = meta[i] * (T.One + (Three * theta[i] * theta[i])) * v[i];
    }

    public override double StrongConvexity(ReadOnlySpan<T> meta) => double.CreateChecked(meta[Smallest(meta)]);

    public override void AddStrongConvexityGradient(ReadOnlySpan<T> meta, T weight, Span<T> aMeta) => aMeta[Smallest(meta)] += weight;

    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, T weight, Span<T> aMeta)
    {
        for (int i = 0; i < theta.Length; i++)
            aMeta[i] += weight * T.CreateChecked(Value(theta.Slice(i, 1), [T.One]));
    }

    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] += Slope(theta[i]) * metaTangent[i];
    }

    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> aMeta)
    {
        for (int i = 0; i < theta.Length; i++)
            aMeta[i] += Slope(theta[i]) * v[i];
    }

    private static T Slope(T x) => x + (x * x * x);

    private static int Smallest(ReadOnlySpan<T> meta)
    {
        int smallest = 0;
        for (int i = 1; i < meta.Length; i++)
            smallest = meta[i] < meta[smallest] ? i : smallest;
        return smallest;
    }
}

/// <summary>1/2 sum_i P_i x_i^2.</summary>
internal sealed class QuadraticPotential(double[] metric) : Potential<double>
{
    public override string Name => "quadratic";

    public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta)
    {
        double sum = 0;
        for (int i = 0; i < theta.Length; i++)
            sum += metric[i] * theta[i] * theta[i] / 2;
        return sum;
    }

    public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient) => HessianVector(theta, meta, theta, gradient);

    public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] = metric[i] * v[i];
    }

    public override double StrongConvexity(ReadOnlySpan<double> meta) => metric.Min();
}

/// <summary>sum_i x_i log x_i on the open positive orthant.</summary>
internal sealed class EntropyPotential : Potential<double>
{
    public override string Name => "entropy";

    public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta)
    {
        double sum = 0;
        foreach (double x in theta)
            sum += x > 0 ? x * Math.Log(x) : double.PositiveInfinity;
        return sum;
    }

    public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient)
    {
        for (int i = 0; i < theta.Length; i++)
            gradient[i] = Math.Log(theta[i]) + 1;
    }

    public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] = v[i] / theta[i];
    }

    public override double StrongConvexity(ReadOnlySpan<double> meta) => 0;
}

/// <summary>(1/tau) log sum_j exp(tau q_j), q_j = 1/2 (theta - c)^T P_j (theta - c): at most log(N)/tau above the maximum.</summary>
internal sealed class SoftMaxPotential(double tau, double[][] metrics, double[] center) : Potential<double>
{
    public override string Name => "soft-max";

    public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta)
    {
        double[] q = Quadratics(theta);
        double max = q.Max();
        return max + (Math.Log(q.Sum(x => Math.Exp(tau * (x - max)))) / tau);
    }

    public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient)
    {
        double[] w = Weights(theta);
        for (int i = 0; i < theta.Length; i++)
        {
            gradient[i] = 0;
            for (int j = 0; j < w.Length; j++)
                gradient[i] += w[j] * metrics[j][i] * (theta[i] - center[i]);
        }
    }

    public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product)
    {
        // P_w v + tau sum_j w_j u_j <u_j - u, v>, u_j = P_j (theta - c), u = sum_j w_j u_j.
        double[] w = Weights(theta), along = new double[w.Length];
        double mean = 0;
        for (int j = 0; j < w.Length; j++)
        {
            for (int i = 0; i < theta.Length; i++)
                along[j] += metrics[j][i] * (theta[i] - center[i]) * v[i];
            mean += w[j] * along[j];
        }

        for (int i = 0; i < theta.Length; i++)
        {
            product[i] = 0;
            for (int j = 0; j < w.Length; j++)
                product[i] += w[j] * metrics[j][i] * (v[i] + (tau * (theta[i] - center[i]) * (along[j] - mean)));
        }
    }

    public override double StrongConvexity(ReadOnlySpan<double> meta) => metrics.Min(p => p.Min());

    private double[] Quadratics(ReadOnlySpan<double> theta)
    {
        double[] q = new double[metrics.Length];
        for (int j = 0; j < q.Length; j++)
        {
            for (int i = 0; i < theta.Length; i++)
                q[j] += metrics[j][i] * (theta[i] - center[i]) * (theta[i] - center[i]) / 2;
        }

        return q;
    }

    private double[] Weights(ReadOnlySpan<double> theta)
    {
        double[] q = Quadratics(theta);
        double max = q.Max();
        double[] e = [.. q.Select(x => Math.Exp(tau * (x - max)))];
        return [.. e.Select(x => x / e.Sum())];
    }
}
