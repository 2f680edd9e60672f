using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.Tests.Documentation;

#region potential
/// <summary>phi(theta) = sum_i p cosh(theta_i): steps shrink where a coordinate is large. Meta-parameter: p.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Hyperbolic<T> : Potential<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override string Name => "hyperbolic";

    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) =>
        [MetaParameterSpec<T>.Scalar("p", 1, MetaTransform.Log)];

    public override double Value(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta)
    {
        double sum = 0;
        foreach (T x in theta)
            sum += double.CreateChecked(meta[0] * T.Cosh(x));
        return sum;
    }

    public override void Gradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, Span<T> gradient)
    {
        for (int i = 0; i < theta.Length; i++)
            gradient[i] = meta[0] * T.Sinh(theta[i]);
    }

    public override void HessianVector(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] = meta[0] * T.Cosh(theta[i]) * v[i];
    }

    public override double StrongConvexity(ReadOnlySpan<T> meta) => double.CreateChecked(meta[0]);

    public override void AddStrongConvexityGradient(ReadOnlySpan<T> meta, T weight, Span<T> aMeta) => aMeta[0] += weight;

    public override void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, T weight, Span<T> aMeta)
    {
        foreach (T x in theta)
            aMeta[0] += weight * T.Cosh(x);
    }

    public override void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
        for (int i = 0; i < theta.Length; i++)
            product[i] += T.Sinh(theta[i]) * metaTangent[0];
    }

    public override void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, ReadOnlySpan<T> v, Span<T> aMeta)
    {
        for (int i = 0; i < theta.Length; i++)
            aMeta[0] += T.Sinh(theta[i]) * v[i];
    }
}
#endregion
