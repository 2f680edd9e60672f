using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Certificates;

/// <summary>A rule with its values read as a formula in one fixed metric. What is read is a proposal: a run is replayed by it, and refused where it deviates.</summary>
/// <param name="Geometry">The metric; the Euclidean one where the rule has none.</param>
/// <param name="Form">The formula; null where the rule has none.</param>
/// <param name="Obstacle">Why there is none; null if there is one.</param>
public sealed record DeployedForm(Geometry Geometry, DescentForm? Form, string? Obstacle)
{
    /// <summary>Reads a rule: mirror descent or SGD with momentum, behind schedules and one clipping.</summary>
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
                case MirrorDescent<T> mirror when i == members.Length - 1:
                    return Ending(DivergenceGeometry<T>.Of(mirror.Divergence, layout, own[..^1]), own[^1], factors, clip, MomentumForm.None, 0);
                case Sgd<T> sgd when i == members.Length - 1:
                    return Of(sgd, layout, own, factors, clip);
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
        return Ending(DiagonalGeometry.Euclidean(layout.Length), meta[0], factors, clip, momentum, meta.Length < 3 ? 0 : double.CreateChecked(meta[2]));
    }

    private static DeployedForm Ending<T>(Geometry geometry, T rate, double[] factors, double clip, MomentumForm momentum, double mu)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double eta = double.CreateChecked(rate);
        if (!(eta >= 0 && clip > 0 && mu is >= 0 and < 1))
            return new DeployedForm(geometry, null, FormattableString.Invariant($"the rate {eta} is negative, the radius {clip} not positive, or the momentum {mu} not in [0, 1)"));
        var form = new DescentForm([.. factors.Select(f => eta * f)])
        {
            Momentum = momentum,
            Mu = mu,
            Scaling = double.IsPositiveInfinity(clip) ? GradientScaling.None : Scaling(geometry),
            Radius = clip,
        };
        return new DeployedForm(geometry, form, null);
    }

    /// <summary>Where P = I the 2-norm is the dual norm, and more can be said of it.</summary>
    private static GradientScaling Scaling(Geometry geometry) =>
        geometry is DiagonalGeometry { Least: 1, Largest: 1 } ? GradientScaling.DualNorm : GradientScaling.EuclideanNorm;

    private static DeployedForm None(ParameterLayout layout, string obstacle) => new(DiagonalGeometry.Euclidean(layout.Length), null, obstacle);
}
