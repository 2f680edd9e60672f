using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>What is kept of a few neighboring rates: w, the sum that normalizes, the sum of hypergradients.</summary>
internal struct RateCells<T>
{
    public Vector256<T> W;
    public Vector256<T> V;
    public Vector256<T> Z;
}

/// <summary>The meta-update of one step as a formula on a few rates.</summary>
internal readonly struct RateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public required RateForm Form { get; init; }

    public required RateNormalization Normalization { get; init; }

    /// <summary>w_1.</summary>
    public required T Start { get; init; }

    /// <summary>beta.</summary>
    public required T Beta { get; init; }

    public required T Lowest { get; init; }

    public required T Highest { get; init; }

    /// <summary>tau.</summary>
    public T DeadZone { get; init; }

    /// <summary>rho.</summary>
    public required T Keep { get; init; }

    /// <summary>1 - rho.</summary>
    public required T Take { get; init; }

    /// <summary>1 - rho^k after k updates.</summary>
    public required T Correction { get; init; }

    /// <summary>beta times the root of the correction.</summary>
    public required T Step { get; init; }

    /// <summary>The formula after so many updates, in the numbers of T.</summary>
    /// <param name="form">How a rate moves.</param>
    /// <param name="normalization">What slopes are divided by.</param>
    /// <param name="start">w_1.</param>
    /// <param name="beta">Meta rate.</param>
    /// <param name="lowest">Least rate.</param>
    /// <param name="highest">Largest rate.</param>
    /// <param name="averaging">rho.</param>
    /// <param name="updates">k, this one included.</param>
    public static RateMap<T> At(RateForm form, RateNormalization normalization, T start, T beta, double lowest, double highest, double averaging, double updates)
    {
        T keep = T.CreateTruncating(averaging), correction = T.One - T.CreateTruncating(Math.Pow(averaging, updates));
        return new RateMap<T>
        {
            Form = form,
            Normalization = normalization,
            Start = start,
            Beta = beta,
            Lowest = T.CreateTruncating(lowest),
            Highest = T.CreateTruncating(highest),
            Keep = keep,
            Take = T.One - keep,
            Correction = correction,
            Step = normalization == RateNormalization.RunningRms ? beta * T.Sqrt(correction) : beta,
        };
    }

    /// <summary>Throws unless both bounds are positive and finite numbers of T.</summary>
    public static void RequireBounds(string rule, double lowest, double highest)
    {
        if (!(T.CreateTruncating(lowest) > T.Zero && T.IsFinite(T.CreateTruncating(highest))))
            throw new ArgumentException($"Rates of {rule} are {typeof(T).Name} numbers, of which the bounds must be positive and finite; found [{lowest}, {highest}].", nameof(lowest));
    }

    /// <summary>One update.</summary>
    /// <param name="c">What is kept.</param>
    /// <param name="g">G = -dh/dw at the rate used last.</param>
    /// <param name="past">What G was guessed to be.</param>
    /// <param name="next">Guess of the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(ref RateCells<T> c, Vector256<T> g, Vector256<T> past, Vector256<T> next)
    {
        if (Form == RateForm.Anchored)
        {
            c.Z += g;
            Vector256<T> sum = c.Z + next, error = g - past;
            if (Normalization == RateNormalization.AdaGrad)
            {
                c.V += error * error;
                sum = OverRoot(sum, c.V);
                sum -= Clip(sum, Vector256.Create(-DeadZone), Vector256.Create(DeadZone));
            }

            c.W = Project(Vector256.Create(Start) + (sum * Beta));
            return;
        }

        Vector256<T> u = g + (next - past);
        bool multiplies = Form == RateForm.Multiplicative;
        if (multiplies)
        {
            g *= c.W;
            u *= c.W;
        }

        if (Normalization == RateNormalization.RunningRms)
            c.V = (c.V * Keep) + (g * g * Take);
        else if (Normalization == RateNormalization.AdaGrad)
            c.V += g * g;
        bool divides = Normalization is RateNormalization.RunningRms or RateNormalization.AdaGrad;
        u *= Step;
        if (multiplies)
            c.W *= divides ? Growth(u, c.V) : Growth(u);
        else
            c.W += divides ? OverRoot(u, c.V) : u;
        c.W = Project(c.W);
    }

    /// <summary>x / sqrt(v); 0 where v is 0: no hypergradient was seen there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> OverRoot(Vector256<T> x, Vector256<T> v) =>
        Vector256.ConditionalSelect(Vector256.Equals(v, Vector256<T>.Zero), Vector256<T>.Zero, x / Vector256.Sqrt(v));

    /// <summary>(1 + x/2) / (1 - x/2), x clipped to [-1, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Growth(Vector256<T> x)
    {
        Vector256<T> one = Vector256<T>.One, half = Vector256.Create(T.CreateTruncating(0.5)) * Clip(x, -one, one);
        return (one + half) / (one - half);
    }

    /// <summary>The same of x / sqrt(v) with one division: (s + y) / (s - y), s = sqrt(v), y = x/2 in [-s/2, s/2]; 1 where v is 0, or beyond all numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Growth(Vector256<T> x, Vector256<T> v)
    {
        Vector256<T> half = Vector256.Create(T.CreateTruncating(0.5)), s = Vector256.Sqrt(v), y = Clip(half * x, -half * s, half * s);
        Vector256<T> moves = Vector256.GreaterThan(Vector256.Create(T.PositiveInfinity), v) & Vector256.GreaterThan(v, Vector256<T>.Zero);
        return Vector256.ConditionalSelect(moves | ~Vector256.Equals(v, v), (s + y) / (s - y), Vector256<T>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<T> Project(Vector256<T> w) => Clip(w, Vector256.Create(Lowest), Vector256.Create(Highest));

    /// <summary>Bounds come first: of these operations x64 gives the second operand where one is NaN, Arm gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Clip(Vector256<T> x, Vector256<T> least, Vector256<T> most) => Vector256.MinNative(most, Vector256.MaxNative(least, x));
}
