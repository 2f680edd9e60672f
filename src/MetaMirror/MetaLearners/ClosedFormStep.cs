using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>
/// Minimizes the un-relaxed bound for the runs just seen, damped: log P &lt;- (1 - gamma) log P + gamma log(eta sqrt((G + zeta^2) / (A + eps^2)))
/// with A = mean squared displacement and G = mean summed squared gradient, per coordinate, per tensor or in all (PAPERS 6.6).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="damping">gamma in (0, 1].</param>
/// <param name="displacementFloor">eps, in parameter units.</param>
/// <param name="gradientFloor">zeta, in gradient units.</param>
/// <param name="keeps">What the statistics keep besides; null for the diagonal sums, which are all that the step needs.</param>
public sealed class ClosedFormStep<T>(double damping = 0.5, double displacementFloor = 1e-6, double gradientFloor = 1e-6, BoundStatisticsOptions? keeps = null) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StatisticsStep<T> _statistics = new(keeps ?? BoundStatisticsOptions.Diagonal);
    private MirrorView<T>? _mirror;
    private ParameterLayout? _layout;
    private T[] _natural = [];

    /// <summary>gamma.</summary>
    public double Damping { get; } = damping is > 0 and <= 1
        ? damping
        : throw new ArgumentOutOfRangeException(nameof(damping), damping, "Damping must lie in (0, 1].");

    /// <inheritdoc/>
    public override string Name => "regret-bound by closed form";

    /// <inheritdoc/>
    public override Span<T> State => [];

    /// <inheritdoc/>
    public override BoundStatistics? Statistics => _statistics.Statistics;

    /// <inheritdoc/>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(rule);
        _mirror = rule.Mirror(layout);
        if (_mirror?.Divergence is not (ScaledIdentity<T> or BlockScaled<T> or DiagonalQuadratic<T>))
        {
            throw new ArgumentException(
                $"The closed form needs mirror descent over a scaled identity, one rate per tensor, or a diagonal; '{rule.Name}' is none of them.", nameof(rule));
        }

        if (_mirror.HasCompany)
            throw new ArgumentException($"The closed form is that of one constant step; '{rule.Name}' changes its gradient or step by other rules.", nameof(rule));
        _layout = layout;
        _natural = new T[meta.Length];
        _statistics.Plan(meta, rule, layout, workers, slots);
    }

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken) =>
        _statistics.Process(worker, slot, problem, meta, run, cancellationToken);

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
        ArgumentNullException.ThrowIfNull(meta);
        _statistics.Apply(meta, outcomes, outerStep, outerSteps);
        BoundStatistics sums = _statistics.Statistics!;
        if (sums.Runs == 0)
            return;
        meta.Natural.CopyTo(_natural);
        Span<T> rule = meta.Slice(_natural.AsSpan(), MetaPlace.Rule);
        double eta = double.CreateChecked(rule[_mirror!.RateIndex]);
        Span<T> metric = rule.Slice(_mirror.MetaStart, _mirror.MetaLength);
        ReadOnlySpan<double> a = sums.SquaredDisplacements;
        ReadOnlySpan<double> g = sums.SquaredGradients;
        switch (_mirror.Divergence)
        {
            case DiagonalQuadratic<T>:
                for (int i = 0; i < metric.Length; i++)
                    metric[i] = Damped(metric[i], eta, a[i], g[i], 1, sums.Runs);
                break;
            case BlockScaled<T>:
                for (int k = 0; k < metric.Length; k++)
                {
                    ParameterBlock block = _layout!.Blocks[k];
                    metric[k] = Damped(metric[k], eta, Total(a.Slice(block.Offset, block.Length)), Total(g.Slice(block.Offset, block.Length)), block.Length, sums.Runs);
                }

                break;
            default:
                metric[0] = Damped(metric[0], eta, Total(a), Total(g), a.Length, sums.Runs);
                break;
        }

        meta.SetNatural(_natural);
    }

    private T Damped(T p, double eta, double a, double g, int count, long runs)
    {
        double floorA = count * displacementFloor * displacementFloor;
        double floorG = count * gradientFloor * gradientFloor;
        double best = eta * Math.Sqrt(((g / runs) + floorG) / ((a / runs) + floorA));
        return T.CreateChecked(Math.Exp(((1 - Damping) * Math.Log(double.CreateChecked(p))) + (Damping * Math.Log(best))));
    }

    private static double Total(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }
}
