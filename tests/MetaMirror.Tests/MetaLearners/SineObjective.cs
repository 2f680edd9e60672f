using MetaMirror.Objectives;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>L = 1 - cos(3 theta) + theta^2 / 20, one parameter: with a long step its descent is chaotic but bounded.</summary>
internal sealed class SineObjective : Objective<double>
{
    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(1);

    public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
    {
        if (!gradient.IsEmpty)
            gradient[0] = (3 * Math.Sin(3 * theta[0])) + (theta[0] / 10);
        return 1 - Math.Cos(3 * theta[0]) + (theta[0] * theta[0] / 20);
    }

    public override void HessianVectorProducts(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products)
    {
        for (int k = 0; k < count; k++)
            products[k] = ((9 * Math.Cos(3 * theta[0])) + 0.1) * tangents[k];
    }
}
