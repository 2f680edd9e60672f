using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>theta = Phi(theta, mu), any map as an update rule that looks at no gradient: what implicit differentiation is about.</summary>
internal abstract class MapRule(double[] mu) : UpdateRule<double>
{
    public override string Name => "map";

    public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) =>
        [new MetaParameterSpec<double>("mu", [mu.Length], MetaTransform.Identity, [.. mu])];

    public override int StateLength(ParameterLayout layout) => 0;

    public override int ScratchLength(ParameterLayout layout) => layout.Length;

    public override void Step(in StepContext<double> context, in Iterate<double> x)
    {
        Map(x.Theta, context.Meta, context.Scratch);
        context.Scratch[..x.Theta.Length].CopyTo(x.Theta);
    }

    public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent)
    {
        Tangent(x.Theta, tangent.Theta, metaTangent, context.Scratch);
        context.Scratch[..x.Theta.Length].CopyTo(tangent.Theta);
    }

    public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent)
    {
        Cotangent(x.Theta, cotangent.Theta, context.Scratch, metaCotangent);
        context.Scratch[..x.Theta.Length].CopyTo(cotangent.Theta);
    }

    protected abstract void Map(ReadOnlySpan<double> x, ReadOnlySpan<double> mu, Span<double> y);

    protected abstract void Tangent(ReadOnlySpan<double> x, ReadOnlySpan<double> dx, ReadOnlySpan<double> dMu, Span<double> dy);

    protected abstract void Cotangent(ReadOnlySpan<double> x, ReadOnlySpan<double> ay, Span<double> ax, Span<double> aMu);
}

/// <summary>cos x + mu.</summary>
internal sealed class CosineMap() : MapRule([0])
{
    protected override void Map(ReadOnlySpan<double> x, ReadOnlySpan<double> mu, Span<double> y) => y[0] = Math.Cos(x[0]) + mu[0];

    protected override void Tangent(ReadOnlySpan<double> x, ReadOnlySpan<double> dx, ReadOnlySpan<double> dMu, Span<double> dy) =>
        dy[0] = (-Math.Sin(x[0]) * dx[0]) + dMu[0];

    protected override void Cotangent(ReadOnlySpan<double> x, ReadOnlySpan<double> ay, Span<double> ax, Span<double> aMu)
    {
        ax[0] = -Math.Sin(x[0]) * ay[0];
        aMu[0] += ay[0];
    }
}

/// <summary>M x + mu, M symmetric.</summary>
internal sealed class AffineMap(double[] m, double[] mu) : MapRule(mu)
{
    protected override void Map(ReadOnlySpan<double> x, ReadOnlySpan<double> mu, Span<double> y)
    {
        Multiply(x, y);
        for (int i = 0; i < x.Length; i++)
            y[i] += mu[i];
    }

    protected override void Tangent(ReadOnlySpan<double> x, ReadOnlySpan<double> dx, ReadOnlySpan<double> dMu, Span<double> dy) => Map(dx, dMu, dy);

    protected override void Cotangent(ReadOnlySpan<double> x, ReadOnlySpan<double> ay, Span<double> ax, Span<double> aMu)
    {
        Multiply(ay, ax);
        for (int i = 0; i < ay.Length; i++)
            aMu[i] += ay[i];
    }

    private void Multiply(ReadOnlySpan<double> x, Span<double> y) =>
        MetaMirror.Numerics.Gemm.MultiplyVector<double>(false, x.Length, x.Length, 1, m, x, 0, y);
}
