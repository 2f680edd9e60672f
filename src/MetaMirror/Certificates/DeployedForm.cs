using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Certificates;

/// <summary>A rule with its values read as a formula. What is read is a proposal: a run is replayed by it, and refused where it deviates.</summary>
/// <param name="Geometry">The metric or potential; the Euclidean one where the rule has none.</param>
/// <param name="Form">The formula in one fixed geometry; null where the rule has none.</param>
/// <param name="Obstacle">Why there is none; null if there is one.</param>
public sealed record DeployedForm(Geometry Geometry, DescentForm? Form, string? Obstacle)
{
    /// <summary>The diagonal metric that changes from step to step, for rules that have one; null for others.</summary>
    public MetricSequence? Changing { get; init; }

    /// <summary>
    /// Reads a rule: mirror descent in any divergence with schedules, one scaling of the gradient (trust region, predictable trust region, clipping) and one hint, as
    /// <see cref="MirrorStepForm{T}"/> describes it; SGD with momentum behind schedules and one clipping; AdaGrad behind schedules, as a changing metric.
    /// </summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="rule">The rule.</param>
    /// <param name="layout">Names and shapes of theta.</param>
    /// <param name="meta">Natural values of the rule's meta-parameters.</param>
    /// <param name="steps">T.</param>
    public static DeployedForm Of<T>(UpdateRule<T> rule, ParameterLayout layout, ReadOnlySpan<T> meta, int steps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(layout);
        if (rule.Mirror(layout) is { } view)
            return DeployedMirrorStep.Of(view, layout, meta, steps);
        double[] factors = new double[steps];
        Array.Fill(factors, 1);
        double clip = double.PositiveInfinity;
        int start = 0;
        UpdateRule<T>[] members = rule is Chain<T> chain ? [.. chain.Members] : [rule];
        for (int i = 0; i < members.Length; i++)
        {
            int length = members[i].MetaSpecs(layout).Sum(s => s.Length);
            ReadOnlySpan<T> own = meta.Slice(start, length);
            start += length;
            switch (members[i])
            {
                case Schedule<T> schedule:
                    for (int t = 0; t < steps; t++)
                        factors[t] *= schedule.Factor(t, steps, own, []);
                    break;
                case ClipByNorm<T> when double.IsPositiveInfinity(clip):
                    clip = double.CreateChecked(own[0]);
                    break;
                case Sgd<T> sgd when i == members.Length - 1:
                    return Of(sgd, layout, own, factors, clip);
                case AdaGrad<T> adaGrad when i == members.Length - 1:
                    return Of(adaGrad, layout, own, factors, clip);
                case LearnedBasis<T> or TrackedBasis<T>:
                    return None(layout, $"'{members[i].Name}' averages squared gradients, so that its metric may fall again, and has momentum: neither one fixed metric nor AdaGrad's bound, which needs sums");
                case AveragedIterates<T>:
                    return None(layout, $"'{members[i].Name}' deploys an average of iterates, and these certificates speak of the iterates");
                default:
                    return None(layout, $"'{members[i].Name}' is no step in one fixed metric");
            }
        }

        return None(layout, $"'{rule.Name}' takes no step");
    }

    private static DeployedForm Of<T>(Sgd<T> sgd, ParameterLayout layout, ReadOnlySpan<T> meta, double[] factors, double clip)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (sgd.Options.Maximize || meta[1] != T.Zero || (meta.Length > 3 && meta[3] != T.Zero))
            return None(layout, $"'{sgd.Name}' ascends, decays weights or damps its momentum beside the loss");
        MomentumForm momentum = meta.Length < 3 ? MomentumForm.None : sgd.Options.Nesterov ? MomentumForm.Nesterov : MomentumForm.HeavyBall;
        double eta = double.CreateChecked(meta[0]), mu = meta.Length < 3 ? 0 : double.CreateChecked(meta[2]);
        Geometry euclidean = DiagonalGeometry.Euclidean(layout.Length);
        if (!(eta >= 0 && clip > 0 && mu is >= 0 and < 1))
            return Invalid(euclidean, eta, clip, mu);
        return new DeployedForm(euclidean, new DescentForm([.. factors.Select(f => eta * f)])
        {
            Momentum = momentum,
            Mu = mu,

            // Where P = I the 2-norm is the dual norm, and more can be said of it.
            Scaling = double.IsPositiveInfinity(clip) ? GradientScaling.None : GradientScaling.DualNorm,
            Radius = clip,
        }, null);
    }

    private static DeployedForm Of<T>(AdaGrad<T> adaGrad, ParameterLayout layout, ReadOnlySpan<T> meta, double[] factors, double clip)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (adaGrad.Options.Maximize || meta[2] != T.Zero)
            return None(layout, $"'{adaGrad.Name}' ascends or decays weights beside the loss");
        double eta = double.CreateChecked(meta[0]), decay = double.CreateChecked(meta[1]);
        ImmutableArray<double> rates = [.. factors.Select((f, t) => eta * f / (1 + (decay * t)))];
        string changes = $"'{adaGrad.Name}' has a metric that changes with every gradient";
        if (!double.IsPositiveInfinity(clip))
            return None(layout, $"{changes}, and is given clipped gradients, for which the bounds of changing metrics have no place");
        for (int t = 0; t < rates.Length; t++)
        {
            if (!(rates[t] > 0 && double.IsFinite(rates[t])))
                return None(layout, FormattableString.Invariant($"{changes}, and the rate of step {t + 1} is {rates[t]}: a changing metric with the rate in it needs positive ones"));
        }

        return None(layout, changes) with { Changing = new AccumulatedSquares(layout.Length, rates, adaGrad.Options.Epsilon, adaGrad.Options.InitialAccumulator) };
    }

    internal static DeployedForm Invalid(Geometry geometry, double eta, double radius, double mu) =>
        new(geometry, null, FormattableString.Invariant($"the rate {eta} is negative, the radius {radius} not positive, or the momentum {mu} not in [0, 1)"));

    private static DeployedForm None(ParameterLayout layout, string obstacle) => new(DiagonalGeometry.Euclidean(layout.Length), null, obstacle);
}
