using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>
/// Minimizes the un-relaxed bound for the runs just seen, damped: log P &lt;- (1 - gamma) log P + gamma log(eta sqrt((G + zeta^2) / (A + eps^2)))
/// with A = mean squared displacement and G = mean summed squared gradient, per coordinate, per tensor or in all (PAPERS 6.6); for a full or
/// Kronecker metric P &lt;- P #_gamma (eta A^-1 # G), a step along the geodesic.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="damping">gamma in (0, 1].</param>
/// <param name="displacementFloor">eps, in parameter units.</param>
/// <param name="gradientFloor">zeta, in gradient units.</param>
/// <param name="relativeFloor">Added to A and G, relative to their mean diagonal entries. Default: 1e-6 for full and Kronecker metrics, which A and G of few runs would leave singular, else 0.</param>
/// <param name="keeps">What the statistics keep; null for what the step needs: the diagonal sums, and for full and Kronecker metrics displacements and a sample of gradients.</param>
/// <param name="tails">Steps at which a run counts as begun anew (<see cref="TailObserver{T}"/>); default: whole runs.</param>
/// <exception cref="ArgumentOutOfRangeException">Damping outside (0, 1], or a floor that is negative or not finite.</exception>
/// <remarks>Runs that diverged are left out of the sums, and the metric then grows by 1 + their share: doubled if all did.</remarks>
public sealed class ClosedFormStep<T>(
    double damping = 0.5, double displacementFloor = 1e-6, double gradientFloor = 1e-6, double? relativeFloor = null, BoundStatisticsOptions? keeps = null,
    ImmutableArray<int> tails = default) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MetricFloors _floors = Floors(displacementFloor, gradientFloor, relativeFloor);
    private StatisticsStep<T> _statistics = new(BoundStatisticsOptions.Diagonal);
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
    public override bool CanRetreat => true;

    /// <inheritdoc/>
    public override BoundStatistics? Statistics => _statistics.Statistics;

    /// <inheritdoc/>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(rule);
        _mirror = rule.Mirror(layout);
        bool isMatrix = _mirror?.Divergence is FullMatrixDivergence<T> or KroneckerDivergence<T>;
        if (!isMatrix && _mirror?.Divergence is not (ScaledIdentity<T> or BlockScaled<T> or DiagonalQuadratic<T>))
        {
            throw new ArgumentException(
                $"The closed form needs mirror descent over a scaled identity, one rate per tensor, a diagonal, a Kronecker or a full metric; '{rule.Name}' is none of them.", nameof(rule));
        }

        if (_mirror!.Divergence is KroneckerDivergence<T> { Options: var forms } && (IsThin(forms.Left) || IsThin(forms.Right)))
            throw new ArgumentException($"The closed form of a Kronecker metric needs dense or low-rank factors, found {forms.Left} and {forms.Right}.", nameof(rule));
        if (keeps is not null && isMatrix && !(keeps.Displacements && keeps.Gradients > 0))
            throw new ArgumentException("The closed form of a full or Kronecker metric needs statistics with displacements and gradients.", nameof(rule));

        if (_mirror.HasCompany)
            throw new ArgumentException($"The closed form is that of one constant step; '{rule.Name}' changes its gradient or step by other rules.", nameof(rule));
        _layout = layout;
        _natural = new T[meta.Length];
        _statistics = new StatisticsStep<T>(keeps ?? (isMatrix ? BoundStatisticsOptions.EverythingWithin(layout.Length) : BoundStatisticsOptions.Diagonal), tails: tails);
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
        meta.Natural.CopyTo(_natural);
        Span<T> rule = meta.Slice(_natural.AsSpan(), MetaPlace.Rule);
        double eta = double.CreateChecked(rule[_mirror!.RateIndex]);
        Span<T> metric = rule.Slice(_mirror.MetaStart, _mirror.MetaLength);
        if (sums.Runs > 0)
            Minimize(sums, eta, metric);
        int diverged = 0;
        foreach (TaskOutcome outcome in outcomes)
            diverged += outcome.Inner.Diverged ? 1 : 0;
        if (diverged > 0)
            Grow(metric, 1 + ((double)diverged / outcomes.Length));
        meta.SetNatural(_natural);
    }

    private void Minimize(BoundStatistics sums, double eta, Span<T> metric)
    {
        ReadOnlySpan<double> a = sums.SquaredDisplacements;
        ReadOnlySpan<double> g = sums.SquaredGradients;
        double n = (double)sums.Runs * Math.Max(1, a.Length);
        bool isMatrix = _mirror!.Divergence is FullMatrixDivergence<T> or KroneckerDivergence<T>;
        MetricFloors floors = relativeFloor is null && isMatrix ? _floors with { Relative = new MetricFloors().Relative } : _floors;
        (double floorA, double floorG) = floors.Of(Total(a) / n, Total(g) / n);
        switch (_mirror.Divergence)
        {
            case FullMatrixDivergence<T>:
                Update().Full(metric);
                break;
            case KroneckerDivergence<T> kronecker:
                Update().Kronecker(kronecker, metric);
                break;
            case DiagonalQuadratic<T>:
                for (int i = 0; i < metric.Length; i++)
                    metric[i] = Damped(metric[i], eta, (a[i] / sums.Runs) + floorA, (g[i] / sums.Runs) + floorG);
                break;
            case BlockScaled<T>:
                for (int k = 0; k < metric.Length; k++)
                {
                    ParameterBlock block = _layout!.Blocks[k];
                    metric[k] = Damped(metric[k], eta, Of(a, block.Offset, block.Length, floorA), Of(g, block.Offset, block.Length, floorG));
                }

                break;
            default:
                metric[0] = Damped(metric[0], eta, Of(a, 0, a.Length, floorA), Of(g, 0, g.Length, floorG));
                break;
        }

        double Of(ReadOnlySpan<double> squares, int offset, int length, double floor) => (Total(squares.Slice(offset, length)) / sums.Runs) + (length * floor);
        FactoredMetricUpdate<T> Update() => new(sums, eta, Damping, floors);
    }

    private static MetricFloors Floors(double displacement, double gradient, double? relative)
    {
        foreach ((double floor, string name) in ((double, string)[])[(displacement, nameof(displacementFloor)), (gradient, nameof(gradientFloor)), (relative ?? 0, nameof(relativeFloor))])
        {
            if (!(floor >= 0 && double.IsFinite(floor)))
                throw new ArgumentOutOfRangeException(name, floor, "Floors must be finite and not negative.");
        }

        return new MetricFloors { Displacement = displacement, Gradient = gradient, Relative = relative ?? 0 };
    }

    private void Grow(Span<T> metric, double factor)
    {
        if (_mirror!.Divergence is FullMatrixDivergence<T> or KroneckerDivergence<T>)
            FactoredMetricUpdate<T>.Grow(_mirror.Divergence, _layout!, metric, factor);
        else
            Vectors.Scale(T.CreateChecked(factor), metric);
    }

    private static bool IsThin(FactorKind kind) => kind is FactorKind.Diagonal or FactorKind.Identity;

    /// <summary>For a group of no parameters both squares are 0, and p stays.</summary>
    private T Damped(T p, double eta, double a, double g) =>
        a == 0 && g == 0 ? p : T.CreateChecked(Math.Exp(((1 - Damping) * Math.Log(double.CreateChecked(p))) + (Damping * Math.Log(eta * Math.Sqrt(g / a)))));

    private static double Total(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum;
    }
}
