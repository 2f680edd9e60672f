using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// A rule that has a metric but moves by (-sqrt 2, -1) whatever the metric says: trajectories held fixed, as the bound's theory does, with A_ii of R9.
/// </summary>
internal sealed class FixedDisplacement(Divergence<double> divergence, double eta) : UpdateRule<double>
{
    private readonly MirrorDescent<double> _mirror = new(divergence, eta);

    public override string Name => "fixed-displacement";

    public override MirrorView<double>? Mirror(ParameterLayout layout) => _mirror.Mirror(layout);

    public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) => _mirror.MetaSpecs(layout);

    public override int StateLength(ParameterLayout layout) => 0;

    public override int ScratchLength(ParameterLayout layout) => 0;

    public override void Step(in StepContext<double> context, in Iterate<double> x)
    {
        x.Theta[0] -= Math.Sqrt(2);
        x.Theta[1] -= 1;
    }

    public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent)
    {
    }

    public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent)
    {
    }
}
