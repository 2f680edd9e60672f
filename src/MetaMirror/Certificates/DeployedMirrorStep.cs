using System.Numerics;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Certificates;

/// <summary>Reads <see cref="MirrorStepForm{T}"/>, a rule's own description of itself, as the formula that certificates speak about.</summary>
internal static class DeployedMirrorStep
{
    public static DeployedForm Of<T>(MirrorView<T> view, ParameterLayout layout, ReadOnlySpan<T> meta, int steps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Geometry geometry = DivergenceGeometry<T>.Of(view.Divergence, layout, meta.Slice(view.MetaStart, view.MetaLength));
        var form = new MirrorStepForm<T>(view);
        if (!form.IsComplete)
            return new DeployedForm(geometry, null, $"beside the mirror step there act {string.Join(", ", view.Company.Select(c => $"'{Name(c.Rule)}'"))}, which together have no formula");
        double eta = double.CreateChecked(meta[view.RateIndex]), radius = form.Radius(meta);
        if (!(eta >= 0 && radius > 0))
            return DeployedForm.Invalid(geometry, eta, radius, 0);
        double[] rates = new double[steps];
        for (int t = 0; t < steps; t++)
            rates[t] = form.Rate(meta, layout, t, steps);
        GradientScaling? scaling = form.Scaling switch
        {
            null => GradientScaling.None,
            TrustRegion<T> => GradientScaling.DualNorm,
            PredictableTrustRegion<T> => GradientScaling.PreviousDualNorm,
            NormalizedGradient<T> => GradientScaling.Normalized,

            // Where P = I the 2-norm is the dual norm, and more can be said of it.
            ClipByNorm<T> => geometry is DiagonalGeometry { Least: 1, Largest: 1 } ? GradientScaling.DualNorm : GradientScaling.EuclideanNorm,
            _ => null,
        };
        if (scaling is not { } known)
            return new DeployedForm(geometry, null, $"the scaling '{Name(form.Scaling!)}' of the gradient has no formula");
        return WithHint(new Reading<T>(geometry, layout, form, rates, known, radius), form.HintMeta(meta, layout), eta);
    }

    private static DeployedForm WithHint<T>(Reading<T> reading, ReadOnlySpan<T> own, double eta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] rates = reading.Rates;
        switch (reading.Form.Hint)
        {
            case null:
                return reading.Formula(rates, MomentumForm.None, 0);
            case HeavyBallHint<T> { Rate: RateMeaning.OneStep }:
                return reading.Formula(rates, MomentumForm.HeavyBall, double.CreateChecked(own[0]));
            case NesterovHint<T> { Rate: RateMeaning.OneStep }:
                return reading.Formula(rates, MomentumForm.Nesterov, double.CreateChecked(own[0]));
            case HeavyBallHint<T> or NesterovHint<T> when Array.TrueForAll(rates, r => r == rates[0]):
                // eta = gamma (1 - mu): with a constant rate the total one is momentum as PyTorch has it.
                double mu = double.CreateChecked(own[0]);
                return reading.Formula(
                    [.. rates.Select(r => r * (1 - mu))], reading.Form.Hint is HeavyBallHint<T> ? MomentumForm.HeavyBall : MomentumForm.Nesterov, mu);
            case LastGradientHint<T> when own[0] == T.One:
                return reading.Formula(rates, MomentumForm.Optimistic, 0);
            case { TakesScale: true } hint:
                // eta is the mirror step's own: the hint sees the schedule's factors alone.
                double[] factors = [.. rates.Select(r => eta > 0 ? r / eta : 1)];
                return reading.Formula(rates, MomentumForm.Hints, 0, new HintDirections<T>(hint, reading.Layout, own, eta, factors));
            case { } other:
                return new DeployedForm(reading.Geometry, null, $"the hint '{other.Name}' leaves the scale to the step, and its formula is not known");
        }
    }

    private static string Name<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T> => rule is DualNormScaling<T> ? rule.Name.Split('(')[0] : rule.Name;

    private sealed record Reading<T>(Geometry Geometry, ParameterLayout Layout, MirrorStepForm<T> Form, double[] Rates, GradientScaling Scaling, double Radius)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public DeployedForm Formula(double[] rates, MomentumForm momentum, double mu, StepDirections? directions = null) =>
            mu is not (>= 0 and < 1) || Array.Exists(rates, r => !(r >= 0 && double.IsFinite(r)))
                ? DeployedForm.Invalid(Geometry, rates.Min(), Radius, mu)
                : new DeployedForm(Geometry, new DescentForm([.. rates]) { Momentum = momentum, Mu = mu, Scaling = Scaling, Radius = Radius, Directions = directions }, null);
    }
}
