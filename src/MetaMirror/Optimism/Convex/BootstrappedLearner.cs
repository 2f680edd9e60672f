using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// BMG as optimism (PAPERS 3.5): the target z_t = x_t - [ grad f(xbar_t) + (alpha_{t+1} / alpha_t) y~_{t+1} - y~_t ] and one step towards it,
/// w_{t+1} = w_t - alpha_t beta D_t^T (x_t - z_t), the gradient of d_t = 1/2 ||z_t - x_t(w)||^2 with the target held fixed.
/// </summary>
/// <remarks>
/// It is the optimistic leader with hints D_t^T y~_{t+1} wherever D_t^T y~_t = D_{t-1}^T y~_t (always with varphi = w); otherwise each step exceeds that one's by exactly
/// <see cref="Excess"/>. Differs from the paper: Algorithm 3 prints d_t without its 1/2, which doubles the step.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BootstrappedLearner<T> : ConvexMetaLearner<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double _beta;
    private T[] _center = [];
    private T[] _target = [];
    private T[] _miss = [];
    private T[] _slope = [];

    /// <summary>Takes beta, the same at all steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">beta is not positive and finite.</exception>
    public BootstrappedLearner(double beta)
    {
        Given.Positive(beta, nameof(beta));
        _beta = beta;
    }

    /// <inheritdoc/>
    public override string Name => "bootstrapped";

    /// <inheritdoc/>
    public override MetaDomain<T> Domain { get; } = new Everywhere<T>();

    /// <inheritdoc/>
    public override ReadOnlySpan<T> Center => _center;

    /// <summary>z_t of the last step, shape [n].</summary>
    public ReadOnlySpan<T> Target => _target;

    /// <inheritdoc/>
    public override double? RegularizedBy(int step) => null;

    /// <inheritdoc/>
    public override void Begin(double weight, ReadOnlySpan<T> hint, Span<T> w)
    {
        _center = new T[w.Length];
        Vectors.LinearCombination<T>(T.CreateChecked(-_beta * weight), hint, T.Zero, _center, w);
    }

    /// <inheritdoc/>
    public override void Advance(in ConvexStep<T> step, Span<T> w)
    {
        if (_target.Length != step.Point.Length)
            (_target, _miss, _slope) = (new T[step.Point.Length], new T[step.Point.Length], new T[w.Length]);
        Aim(step.Point, step.Gradient, step.NextWeight / step.Weight, step.NextGuess, step.Guess, _target);
        Vectors.Subtract<T>(step.Point, _target, _miss);
        step.Family.PullBack(step.Features, w, _miss, _slope);
        Vectors.AddScaled<T>(T.CreateChecked(-step.Weight * _beta), _slope, w);
    }

    /// <summary>target = x - [ gradient + ratio y~_{t+1} - y~_t ].</summary>
    /// <param name="x">x_t, shape [n].</param>
    /// <param name="gradient">grad f(xbar_t), shape [n].</param>
    /// <param name="ratio">alpha_{t+1} / alpha_t.</param>
    /// <param name="nextGuess">y~_{t+1}, shape [n].</param>
    /// <param name="guess">y~_t, shape [n].</param>
    /// <param name="target">z_t, shape [n], overwritten.</param>
    public static void Aim(ReadOnlySpan<T> x, ReadOnlySpan<T> gradient, double ratio, ReadOnlySpan<T> nextGuess, ReadOnlySpan<T> guess, Span<T> target)
    {
        T r = T.CreateChecked(ratio);
        for (int i = 0; i < x.Length; i++)
            target[i] = x[i] - (gradient[i] + (r * nextGuess[i]) - guess[i]);
    }

    /// <summary>beta alpha_t (D_t - D_{t-1})^T y~_t: what one step towards the target has more than the optimistic leader's, exactly (PAPERS 3.5).</summary>
    /// <param name="family">varphi, affine.</param>
    /// <param name="features">Features that give D_t.</param>
    /// <param name="featuresBefore">Features that give D_{t-1}.</param>
    /// <param name="guess">y~_t, shape [n].</param>
    /// <param name="scale">beta alpha_t.</param>
    /// <param name="excess">Shape [m], overwritten.</param>
    public static void Excess(UpdateFamily<T> family, ReadOnlySpan<T> features, ReadOnlySpan<T> featuresBefore, ReadOnlySpan<T> guess, double scale, Span<T> excess)
    {
        ArgumentNullException.ThrowIfNull(family);
        if (!family.IsAffine)
            throw new ArgumentException($"Expected a family that is affine in w, found '{family.Name}'.", nameof(family));
        T[] before = new T[excess.Length];
        family.PullBack(features, [], guess, excess);
        family.PullBack(featuresBefore, [], guess, before);
        T s = T.CreateChecked(scale);
        Vectors.LinearCombination<T>(s, excess, -s, before, excess);
    }
}
