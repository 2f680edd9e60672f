namespace MetaMirror.Certificates;

/// <summary>
/// The geometry in which a run is certified: B(u||theta_1), and the dual norm in which its potential is 1-strongly convex. Quadratic ones, phi = 1/2
/// theta^T P theta, have also P^-1 and bounds on P's eigenvalues. Everything is double; an instance owns work buffers: one per thread.
/// </summary>
public abstract class Geometry
{
    /// <summary>Name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Number of parameters n.</summary>
    public abstract int Length { get; }

    /// <summary>Whether phi = 1/2 theta^T P theta with one fixed P.</summary>
    public abstract bool IsQuadratic { get; }

    /// <summary>Whether the step that is taken in it is the exact mirror step.</summary>
    public virtual bool IsExactStep => true;

    /// <summary>A lower bound on P's eigenvalues; 0 where there is none.</summary>
    public abstract double Least { get; }

    /// <summary>An upper bound on P's eigenvalues; infinite where there is none.</summary>
    public abstract double Largest { get; }

    /// <summary>Whether a point lies where the potential lives, up to rounding: bounds hold against no other. Default: every point does.</summary>
    /// <param name="point">Shape [n].</param>
    public virtual bool Contains(ReadOnlySpan<double> point) => true;

    /// <summary>Whether it lives on probability simplices, one per tensor. Default: it does not.</summary>
    public virtual bool IsOnSimplices => false;

    /// <summary>B(point || start); of a quadratic 1/2 ||point - start||_P^2.</summary>
    public abstract double Bregman(ReadOnlySpan<double> point, ReadOnlySpan<double> start);

    /// <summary>||g||_*^2; of a quadratic g^T P^-1 g.</summary>
    public abstract double SquaredDualNorm(ReadOnlySpan<double> g);

    /// <summary>result = P^-1 g.</summary>
    /// <param name="g">Shape [n].</param>
    /// <param name="result">Shape [n], overwritten.</param>
    /// <exception cref="NotSupportedException">Not quadratic.</exception>
    public abstract void ApplyInverse(ReadOnlySpan<double> g, Span<double> result);

    /// <summary>Length of the state that a step carries: a dual vector, weights. Default: none.</summary>
    public virtual int StateLength => 0;

    /// <summary>Mirror step at rate 1, in place: theta = argmin &lt;direction, theta&gt; + B(theta||theta_t); of a quadratic theta_t - P^-1 direction.</summary>
    /// <param name="direction">Shape [n].</param>
    /// <param name="theta">Shape [n].</param>
    /// <param name="state">Shape [StateLength], zeros at the first step.</param>
    /// <param name="step">Steps taken before.</param>
    public abstract void Step(ReadOnlySpan<double> direction, Span<double> theta, Span<double> state, int step);

    /// <summary>Throws unless a span has n elements.</summary>
    private protected void RequireLength(int length, string name)
    {
        if (length != Length)
            throw new ArgumentException($"{name} has length {length}, expected {Length} as the geometry '{Name}'.", name);
    }
}
