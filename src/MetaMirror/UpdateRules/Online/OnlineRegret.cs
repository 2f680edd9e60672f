using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>
/// Watches a run of an <see cref="OnlineRate{T}"/> and adds up what adapting the rates cost beside keeping them at w_1, step by step from the same points: the linear regret
/// sum_t &lt;g_{t+1}, theta_{t+1} - (theta_t - w_1 d_t)&gt; (below 0: a gain), and for <see cref="RateForm.Anchored"/> the bound it can't exceed, whatever the gradients (PAPERS 3.3):
/// R_T = sum_t sum_k min(beta_t/2 e_t^2, |e_t| times the distance from w_t to the farther bound), e_t = slope minus hint, beta_t the non-increasing meta rate that w_t was chosen with.
/// With a memory the guard's bound: R_T = sum_k (kappa sqrt(S_k) + m_k times the distance from w_1 to the farther bound), S_k the sum of squares of rate k's slopes along single steps,
/// m_k the largest of them.
/// </summary>
/// <remarks>
/// f convex and full batches: sum_t [f(theta_{t+1}) - f(theta_t - w_1 d_t)] is at most the linear regret. Mini-batches: both points are fixed before the batch of g_{t+1} is drawn, so
/// it holds for the losses on the batches seen, and in expectation for the full loss. Without convexity the regret is linearized. The last step's slope is not known, it counts
/// nothing. The rule must be the outermost one of the run.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class OnlineRegret<T> : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OnlineRateOptions _options;
    private readonly OnlineRatePlan<T> _plan;
    private readonly T[] _state;
    private readonly double _start;
    private readonly double _beta;
    private readonly double[] _squares;
    private readonly double[] _most;

    /// <summary>Watches runs of a rule.</summary>
    /// <param name="rule">The rule, outermost.</param>
    /// <param name="layout">What it trains.</param>
    /// <param name="meta">Natural values of its meta-parameters; none for their starts.</param>
    /// <exception cref="ArgumentException">The number of meta-parameters is wrong.</exception>
    public OnlineRegret(OnlineRate<T> rule, ParameterLayout layout, ReadOnlySpan<T> meta = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(layout);
        _options = rule.Options;
        _plan = new OnlineRatePlan<T>(rule.Options, rule.Rule, layout);
        _state = new T[_plan.StateLength - _plan.RuleState];
        _squares = new double[_plan.IsGuarded ? _plan.Rates : 0];
        _most = new double[_squares.Length];
        int metas = _plan.MetaLength + 2;
        if (!meta.IsEmpty && meta.Length != metas)
            throw new ArgumentException($"{rule.Name} has {metas} meta-parameters, found {meta.Length}.", nameof(meta));
        _start = double.CreateTruncating(meta.IsEmpty ? T.CreateTruncating(_options.Rate) : meta[^2]);
        _beta = double.CreateTruncating(meta.IsEmpty ? T.CreateTruncating(_options.MetaRate) : meta[^1]);
    }

    /// <summary>Steps counted: those whose next gradient was seen.</summary>
    public int Steps { get; private set; }

    /// <summary>What adapting cost, linearized; below 0 it gained.</summary>
    public double LinearRegret { get; private set; }

    /// <summary>R_T: what it can have cost at most, but for rounding; infinite unless anchored, and where the run's first step was not seen.</summary>
    public double Bound { get; private set; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        if (point.Step == 0)
        {
            Steps = 0;
            LinearRegret = 0;
            _squares.AsSpan().Clear();
            _most.AsSpan().Clear();
            Bound = _options.Form == RateForm.Anchored ? 0 : double.PositiveInfinity;
            return;
        }

        state[.._state.Length].CopyTo(_state);
        OnlineRateState<T> s = _plan.Parts(_state);
        if (_plan.IsGuarded && Bound < double.PositiveInfinity)
            Bound = 0;
        for (int k = 0; k < _plan.Rates; k++)
            Add(k, s, point.Gradient);
        Steps++;
    }

    private void Add(int k, in OnlineRateState<T> s, ReadOnlySpan<T> gradient)
    {
        RateGroup group = _plan.Group(k);
        ReadOnlySpan<T> d = (_plan.IsGuarded ? s.Last : s.D).Slice(group.Start, group.Length);
        double slope = Sum(d, gradient.Slice(group.Start, group.Length)), w = double.CreateTruncating(s.W[k]), past = 0;
        LinearRegret -= slope * (w - _start);
        if (_options.Form != RateForm.Anchored)
            return;
        if (_plan.IsGuarded)
        {
            // Costs are within the budget whenever a rate leaves w_1; one step more can be taken then.
            _squares[k] += slope * slope;
            _most[k] = Math.Max(_most[k], Math.Abs(slope));
            Bound += (_options.Budget * Math.Sqrt(_squares[k])) + (_most[k] * Math.Max(_start - _options.Lowest, _options.Highest - _start));
            return;
        }

        double rate = _beta, farthest = Math.Max(w - _options.Lowest, _options.Highest - w);
        if (_plan.KeepsGradient)
            past = Sum(d, s.Hint.Slice(group.Start, group.Length));
        else if (!s.Hint.IsEmpty)
            past = double.CreateTruncating(s.Hint[k]);
        if (!s.V.IsEmpty)
        {
            // Nothing seen so far: w_t = w_1 without any regularizer, and the hint was not used.
            double square = double.CreateTruncating(s.V[k]);
            (rate, past) = square > 0 ? (_beta / Math.Sqrt(square), past) : (double.PositiveInfinity, 0);
        }

        double error = Math.Abs(slope - past);
        if (error > 0)
            Bound += Math.Min(rate / 2 * error * error, error * farthest);
    }

    /// <summary>&lt;x, y&gt;, without a call where there is one entry.</summary>
    private static double Sum(ReadOnlySpan<T> x, ReadOnlySpan<T> y) => x.Length == 1 ? double.CreateTruncating(x[0]) * double.CreateTruncating(y[0]) : Vectors.Dot(x, y);
}
