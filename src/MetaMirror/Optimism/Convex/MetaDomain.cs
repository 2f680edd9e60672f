using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// W, the convex set that w is kept in. With the Euclidean regularizer argmin_{w in W} &lt;v, w&gt; + ||w - c||^2 / (2 beta) is the Euclidean projection of c - beta v
/// onto W, by completing the square; so every set that can be projected on can be used. With another regularizer that projection is not the argmin.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class MetaDomain<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>w = the point of W nearest to w.</summary>
    /// <param name="center">c of the regularizer, shape [m].</param>
    /// <param name="w">Shape [m], changed in place.</param>
    public abstract void Project(ReadOnlySpan<T> center, Span<T> w);

    /// <summary>Whether w is in W.</summary>
    /// <param name="center">c of the regularizer, shape [m].</param>
    /// <param name="w">Shape [m].</param>
    public abstract bool Contains(ReadOnlySpan<T> center, ReadOnlySpan<T> w);
}

/// <summary>W = R^m.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Everywhere<T> : MetaDomain<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "everywhere";

    /// <inheritdoc/>
    public override void Project(ReadOnlySpan<T> center, Span<T> w)
    {
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<T> center, ReadOnlySpan<T> w) => Vectors.AllFinite(w);
}

/// <summary>
/// W = { w : ||w - c|| &lt;= r }: the vector of follow-the-leader is scaled back radially (PAPERS 3.2). That is the exact argmin because ball and regularizer have the same center
/// and the same norm; a ball elsewhere, or a diagonal regularizer (<see cref="AdaGradLearner{T}"/>, which refuses it), would need another step.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Ball<T> : MetaDomain<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes r.</summary>
    /// <exception cref="ArgumentOutOfRangeException">r is not positive and finite.</exception>
    public Ball(double radius)
    {
        Given.Positive(radius, nameof(radius));
        Radius = radius;
    }

    /// <summary>r.</summary>
    public double Radius { get; }

    /// <inheritdoc/>
    public override string Name => $"ball of radius {Radius}";

    /// <inheritdoc/>
    public override void Project(ReadOnlySpan<T> center, Span<T> w)
    {
        double norm = Distance(center, w);
        if (!(norm > Radius))
            return;
        T factor = T.CreateChecked(Radius / norm);
        for (int i = 0; i < w.Length; i++)
            w[i] = center[i] + (factor * (w[i] - center[i]));
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<T> center, ReadOnlySpan<T> w) => Distance(center, w) <= Radius;

    private static double Distance(ReadOnlySpan<T> center, ReadOnlySpan<T> w)
    {
        double sum = 0;
        for (int i = 0; i < w.Length; i++)
        {
            double d = double.CreateChecked(w[i] - center[i]);
            sum += d * d;
        }

        return Math.Sqrt(sum);
    }
}

/// <summary>W = { w : w_i >= least }: keeps rates and inverse squares positive.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AtLeast<T> : MetaDomain<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _least;

    /// <summary>Takes the lower end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public AtLeast(double least)
    {
        if (!double.IsFinite(least))
            throw new ArgumentOutOfRangeException(nameof(least), least, "Expected a finite number.");
        (Least, _least) = (least, T.CreateChecked(least));
    }

    /// <summary>The lower end.</summary>
    public double Least { get; }

    /// <inheritdoc/>
    public override string Name => $"at least {Least}";

    /// <inheritdoc/>
    public override void Project(ReadOnlySpan<T> center, Span<T> w)
    {
        foreach (ref T value in w)
            value = T.Max(value, _least);
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<T> center, ReadOnlySpan<T> w)
    {
        foreach (T value in w)
        {
            if (!(value >= _least))
                return false;
        }

        return true;
    }
}
