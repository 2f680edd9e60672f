using MetaMirror.Objectives;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>1/2 theta^T A theta - b^T theta + 1/4 sum theta_i^4 (PAPERS R1, R2), with an L2 weight as the loss's meta-parameter.</summary>
internal sealed class QuarticObjective(double[] a, double[] b, bool withPenalty = false) : Objective<double>
{
    private readonly int _n = b.Length;

    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(b.Length);

    public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs =>
        withPenalty ? [MetaParameterSpec<double>.Scalar("l2", 0.3, MetaTransform.Log)] : [];

    public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
    {
        double value = 0;
        double shift = Shift(batch);
        for (int i = 0; i < _n; i++)
        {
            double row = 0;
            for (int j = 0; j < _n; j++)
                row += a[(i * _n) + j] * theta[j];
            double cube = theta[i] * theta[i] * theta[i];
            double l2 = withPenalty ? meta[0] : 0;
            value += (theta[i] * row / 2) - ((b[i] + shift) * theta[i]) + (cube * theta[i] / 4) + (l2 / 2 * theta[i] * theta[i]);
            if (!gradient.IsEmpty)
                gradient[i] = row - b[i] - shift + cube + (l2 * theta[i]);
        }

        return value;
    }

    public override void HessianVectorProducts(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
    {
        for (int k = 0; k < count; k++)
        {
            ReadOnlySpan<double> v = tangents.Slice(k * _n, _n);
            for (int i = 0; i < _n; i++)
            {
                double row = 0;
                for (int j = 0; j < _n; j++)
                    row += a[(i * _n) + j] * v[j];
                products[(k * _n) + i] = row + (((3 * theta[i] * theta[i]) + (withPenalty ? meta[0] : 0)) * v[i]);
            }
        }
    }

    public override void AddMetaGradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, double weight, Span<double> metaCotangent)
    {
        for (int i = 0; i < _n && withPenalty; i++)
            metaCotangent[0] += weight * theta[i] * theta[i] / 2;
    }

    public override void AddMixedTransposeProduct(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, ReadOnlySpan<double> v, Span<double> metaCotangent)
    {
        for (int i = 0; i < _n && withPenalty; i++)
            metaCotangent[0] += theta[i] * v[i];
    }

    public override void AddMixedProduct(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, ReadOnlySpan<double> metaTangent, Span<double> product)
    {
        for (int i = 0; i < _n && withPenalty; i++)
            product[i] += theta[i] * metaTangent[0];
    }

    // A mini-batch shifts b a little, so that replaying the wrong batch would show.
    private static double Shift(in BatchKey batch) => batch.IsFull ? 0 : 0.05 * Math.Sin(1 + batch.InnerStep + (3.0 * batch.OuterStep) + (7.0 * batch.Task));
}
