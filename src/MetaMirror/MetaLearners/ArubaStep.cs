using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaLearners;

/// <summary>Options of <see cref="ArubaStep{T}"/>.</summary>
public sealed record ArubaOptions
{
    /// <summary>zeta, in gradient units, positive: what the first tasks are weighed against; eps is zeta times the rule's rate. Default: 1.</summary>
    public double Zeta { get; init; } = 1;

    /// <summary>p, at least 0: eps^2 and zeta^2 enter again at task t with weight (t + 1)^-p. Default: 1 as in the authors' code; the theory has 2/5.</summary>
    public double Exponent { get; init; } = 1;

    /// <summary>Share of the sums that each task makes forgotten, in [0, 1). Default: 0.</summary>
    public double Decay { get; init; }

    /// <summary>One rate for all parameters, sqrt(sum of b / sum of g). Default: false.</summary>
    public bool IsIsotropic { get; init; }

    /// <summary>Reptile's step in [0, 1] towards the mean of the last iterates, falling linearly to 0; for a <see cref="LearnedInitialPoint{T}"/> alone. Default: 0, the initial point stays.</summary>
    public double InitialPointRate { get; init; }
}

/// <summary>
/// ARUBA (Khodak, Balcan and Talwalkar 2019, arXiv 1906.02717; recurrences of the authors' code): element-wise rates of gradient descent from the average of the tasks' regret bounds,
/// U = sum_i (1/2 Delta_i^2 / eta_i + eta_i sum_s g_(s,i)^2). b = eps^2, g = zeta^2; per task t = 1, 2, ...: b &lt;- (1 - decay) b + 1/2 Delta^2 + eps^2 / (t + 1)^p;
/// g &lt;- (1 - decay) (g + sum_s grad_s^2) + zeta^2 / (t + 1)^p; eta = sqrt(b / g), with Delta = last iterate - start. The rule is mirror descent over a diagonal, whose rate before
/// the first task is eps / zeta.
/// </summary>
/// <remarks>
/// State: b [n], g [n], t. Runs that diverged are left out. The factor before Delta is the paper's; the bound of mirror descent has 1/2 on both sums, which asks for rates longer by sqrt 2.
/// Differs from the paper: the tasks of an outer step run at the same rates and from the same initial point, and enter one after the other.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="options">Options.</param>
/// <param name="keeps">What the statistics keep; null for the diagonal sums that the step needs.</param>
public sealed class ArubaStep<T>(ArubaOptions options, BoundStatisticsOptions? keeps = null) : MetaStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ArubaOptions _options = Validated(options);
    private readonly StatisticsStep<T> _statistics = new(keeps ?? BoundStatisticsOptions.Diagonal);
    private MirrorView<T>? _mirror;
    private T[] _state = [];
    private T[] _squaredEps = [];
    private T[] _natural = [];
    private T[][] _ends = [];

    /// <inheritdoc/>
    public override string Name => _options.IsIsotropic ? "aruba, isotropic" : "aruba";

    /// <inheritdoc/>
    public override Span<T> State => _state;

    /// <inheritdoc/>
    public override BoundStatistics? Statistics => _statistics.Statistics;

    /// <summary>b, shape [n].</summary>
    public ReadOnlySpan<T> SquaredDisplacements => _state.AsSpan(0, _squaredEps.Length);

    /// <summary>g, shape [n].</summary>
    public ReadOnlySpan<T> SquaredGradients => _state.AsSpan(_squaredEps.Length, _squaredEps.Length);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The rule is no mirror descent over a diagonal, or the initial point is to move and is not learned.</exception>
    public override void Plan(MetaParameters<T> meta, UpdateRule<T> rule, ParameterLayout layout, int workers, int slots)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(layout);
        _mirror = rule.Mirror(layout);
        if (_mirror?.Divergence is not DiagonalQuadratic<T>)
            throw new ArgumentException($"ARUBA needs mirror descent over a diagonal, found '{rule.Name}'.", nameof(rule));
        int n = layout.Length;
        if (_options.InitialPointRate > 0 && meta.Of(MetaPlace.InitialPoint).Length != n)
            throw new ArgumentException($"ARUBA is to move the initial point: expected a learned one of {n} values, found {meta.Of(MetaPlace.InitialPoint).Length}.", nameof(meta));
        ReadOnlySpan<T> values = meta.Of(MetaPlace.Rule);
        T zeta = T.CreateChecked(_options.Zeta);
        _squaredEps = new T[n];
        _state = new T[(2 * n) + 1];
        for (int i = 0; i < n; i++)
        {
            T eps = zeta * values[_mirror.RateIndex] / values[_mirror.MetaStart + i];
            _state[i] = _squaredEps[i] = eps * eps;
            _state[n + i] = zeta * zeta;
        }

        _state[2 * n] = T.One;
        _natural = new T[meta.Length];
        _ends = [.. Enumerable.Range(0, _options.InitialPointRate > 0 ? slots : 0).Select(_ => new T[n])];
        _statistics.Plan(meta, rule, layout, workers, slots);
    }

    /// <inheritdoc/>
    public override TaskOutcome Process(
        int worker, int slot, InnerProblem<T> problem, MetaParameters<T> meta, in BatchKey run, CancellationToken cancellationToken)
    {
        TaskOutcome outcome = _statistics.Process(worker, slot, problem, meta, run, cancellationToken);
        if (_ends.Length > 0)
            problem.Descent.Theta.CopyTo(_ends[slot]);
        return outcome;
    }

    /// <inheritdoc/>
    public override void Apply(MetaParameters<T> meta, ReadOnlySpan<TaskOutcome> outcomes, int outerStep, int outerSteps)
    {
        ArgumentNullException.ThrowIfNull(meta);
        _statistics.Apply(meta, outcomes, outerStep, outerSteps);
        meta.Natural.CopyTo(_natural);
        int count = 0;
        for (int slot = 0; slot < outcomes.Length; slot++)
        {
            if (outcomes[slot].Inner.Diverged)
                continue;
            count++;
            AddTask(_statistics.OfSlot(slot));
        }

        Span<T> rule = meta.Slice(_natural.AsSpan(), MetaPlace.Rule);
        SetMetric(rule[_mirror!.RateIndex], rule.Slice(_mirror.MetaStart, _mirror.MetaLength));
        if (_ends.Length > 0 && count > 0)
            MoveInitialPoint(meta.Slice(_natural.AsSpan(), MetaPlace.InitialPoint), outcomes, _options.InitialPointRate * (1 - ((double)outerStep / outerSteps)) / count);
        meta.SetNatural(_natural);
    }

    private void AddTask(BoundStatistics task)
    {
        int n = _squaredEps.Length;
        Span<T> b = _state.AsSpan(0, n), g = _state.AsSpan(n, n);
        ref T t = ref _state[2 * n];
        T again = T.CreateChecked(Math.Pow(double.CreateChecked(t) + 1, -_options.Exponent)), keep = T.CreateChecked(1 - _options.Decay);
        T zeta = T.CreateChecked(_options.Zeta), half = T.CreateChecked(0.5);
        ReadOnlySpan<double> moved = task.SquaredDisplacements, gradients = task.SquaredGradients;
        for (int i = 0; i < n; i++)
        {
            b[i] = (keep * b[i]) + (half * T.CreateChecked(moved[i])) + (_squaredEps[i] * again);
            g[i] = (keep * (g[i] + T.CreateChecked(gradients[i]))) + (zeta * zeta * again);
        }

        t += T.One;
    }

    /// <summary>P = learning_rate / eta.</summary>
    private void SetMetric(T rate, Span<T> metric)
    {
        ReadOnlySpan<T> b = SquaredDisplacements, g = SquaredGradients;
        if (_options.IsIsotropic)
        {
            metric.Fill(rate * T.CreateChecked(Math.Sqrt(Vectors.Sum(g) / Vectors.Sum(b))));
            return;
        }

        for (int i = 0; i < metric.Length; i++)
            metric[i] = rate * T.Sqrt(g[i] / b[i]);
    }

    private void MoveInitialPoint(Span<T> point, ReadOnlySpan<TaskOutcome> outcomes, double share)
    {
        T[] start = point.ToArray();
        for (int slot = 0; slot < outcomes.Length; slot++)
        {
            if (outcomes[slot].Inner.Diverged)
                continue;
            for (int i = 0; i < point.Length; i++)
                point[i] += T.CreateChecked(share) * (_ends[slot][i] - start[i]);
        }
    }

    private static ArubaOptions Validated(ArubaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Zeta > 0 && double.IsFinite(options.Zeta)))
            throw new ArgumentOutOfRangeException(nameof(options), options.Zeta, "ARUBA's zeta must be positive and finite.");
        if (!(options.Exponent >= 0 && double.IsFinite(options.Exponent)))
            throw new ArgumentOutOfRangeException(nameof(options), options.Exponent, "ARUBA's exponent must be at least 0 and finite.");
        if (options.Decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.Decay, "ARUBA's decay must be at least 0 and below 1.");
        if (options.InitialPointRate is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.InitialPointRate, "ARUBA's rate of the initial point must be between 0 and 1.");
        return options;
    }
}
