using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// Follow the regularized leader, optimistic if there are hints (Algorithms 2 and 4, PAPERS 3.2): w_{t+1} = argmin_{w in W} &lt;alpha_{t+1} g~_{t+1} + sum_{s&lt;=t} alpha_s g_s, w&gt;
/// + ||w - c||^2 / (2 beta_t) = the projection onto W of c - beta_t (sum alpha_s g_s + alpha_{t+1} g~_{t+1}).
/// </summary>
/// <remarks>For any hints and any w* in W, beta_t never increasing: sum alpha_t &lt;g_t, w_t - w*&gt; &lt;= ||w* - c||^2 / (2 beta_T) + sum (beta_t / 2) alpha_t^2 ||g_t - g~_t||^2, beta_t that of w_t.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FollowTheLeader<T> : ConvexMetaLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MetaRate _rate;
    private T[] _center;
    private T[] _sum = [];

    /// <summary>Takes beta and W.</summary>
    /// <param name="rate">beta_t.</param>
    /// <param name="domain">W. Default: everywhere.</param>
    /// <param name="center">c, shape [m]; empty: zero.</param>
    /// <exception cref="ArgumentException">c is not finite, or not in W.</exception>
    public FollowTheLeader(MetaRate rate, MetaDomain<T>? domain = null, ReadOnlySpan<T> center = default)
    {
        ArgumentNullException.ThrowIfNull(rate);
        _rate = rate;
        Domain = domain ?? new Everywhere<T>();
        _center = center.ToArray();
        int bad = Vectors.IndexOfNonFinite<T>(_center);
        if (bad >= 0)
            throw new ArgumentException($"Expected finite numbers, found {_center[bad]} at index {bad}.", nameof(center));
        if (!Domain.Contains(_center, _center))
            throw new ArgumentException($"Expected a center in W ({Domain.Name}), found one outside.", nameof(center));
    }

    /// <inheritdoc/>
    public override string Name => "follow the leader";

    /// <inheritdoc/>
    public override MetaDomain<T> Domain { get; }

    /// <inheritdoc/>
    public override ReadOnlySpan<T> Center => _center;

    /// <inheritdoc/>
    public override double? RegularizedBy(int step) => _rate.At(Math.Max(1, step - 1));

    /// <inheritdoc/>
    public override void Begin(double weight, ReadOnlySpan<T> hint, Span<T> w)
    {
        if (_center.Length == 0)
            _center = new T[w.Length];
        Given.SameLength(w.Length, _center.Length, "center");
        if (!Domain.Contains(_center, _center))
            throw new InvalidOperationException($"Expected a center in W ({Domain.Name}), found 0: give a center.");
        _sum = new T[w.Length];
        Lead(1, weight, hint, w);
    }

    /// <inheritdoc/>
    public override void Advance(in ConvexStep<T> step, Span<T> w)
    {
        Vectors.AddScaled(T.CreateChecked(step.Weight), step.MetaGradient, _sum);
        Lead(step.Step, step.NextWeight, step.NextHint, w);
    }

    private void Lead(int step, double weight, ReadOnlySpan<T> hint, Span<T> w)
    {
        T beta = T.CreateChecked(_rate.At(step));
        Vectors.LinearCombination(-beta, _sum, -beta * T.CreateChecked(weight), hint, w);
        Vectors.AddScaled<T>(T.One, _center, w);
        Domain.Project(_center, w);
    }
}
