using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// g = sign gradient + lambda theta; m' = beta1 m + (1 - beta1) g; v' = beta2 v + (1 - beta2) g^2;
/// theta' = keep theta - alpha m' / (sqrt(v') / root + eps). S0 = m, S1 = v.
/// </summary>
/// <remarks>The step multiplies numerator and denominator by the root: one division per coordinate instead of two, which is what its time is. At v' = 0 all gradients so far were 0, m' is 0 too, and the derivative through the root is exactly 0.</remarks>
internal struct AdamMap<T> : ICoordinateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Epsilon, Alpha, Root;

    /// <summary>What the step itself needs, once for all coordinates; RestN = 1 - BetaN.</summary>
    public Vector256<T> Sign, Keep, Lambda, Beta1, Rest1, Beta2, Rest2, AlphaRoot, EpsilonRoot;
    public T DKeep, DLambda, DBeta1, DBeta2, DAlpha, DRoot;
    public LaneSum<T> AKeep, ALambda, ABeta1, ABeta2, AAlpha, ARoot;

    /// <summary>The step alone, decay decoupled: theta' = (1 - eta lambda) theta - eta (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + eps).</summary>
    public static AdamMap<T> Decoupled(double eta, double weightDecay, T beta1, T beta2, double epsilon, int t)
    {
        double root = Math.Sqrt(1 - Math.Pow(double.CreateTruncating(beta2), t));
        return new AdamMap<T>
        {
            Sign = Vector256<T>.One,
            Keep = Vector256.Create(T.CreateTruncating(1 - (eta * weightDecay))),
            Beta1 = Vector256.Create(beta1),
            Rest1 = Vector256.Create(T.One - beta1),
            Beta2 = Vector256.Create(beta2),
            Rest2 = Vector256.Create(T.One - beta2),
            AlphaRoot = Vector256.Create(T.CreateTruncating(eta * root / (1 - Math.Pow(double.CreateTruncating(beta1), t)))),
            EpsilonRoot = RootedEpsilon(epsilon, root),
        };
    }

    /// <summary>eps times the root, above 0 however small: 0 / 0 where all gradients were 0 must stay 0.</summary>
    public static Vector256<T> RootedEpsilon(double epsilon, double root) => Vector256.Create(T.Max(T.CreateTruncating(epsilon * root), T.Epsilon));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        x.S0 = (x.S0 * Beta1) + (g * Rest1);
        x.S1 = (x.S1 * Beta2) + (g * Rest2 * g);
        x.Theta = (x.Theta * Keep) - (x.S0 * AlphaRoot / (Vector256.Sqrt(x.S1) + EpsilonRoot));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
    {
        Coordinates<T> y = x;
        Step(ref y);
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var dg = (d.Gradient * Sign) + (d.Theta * Lambda) + (x.Theta * DLambda);
        d.S0 = (d.S0 * Beta1) + (dg * Rest1) + ((x.S0 - g) * DBeta1);
        d.S1 = (d.S1 * Beta2) + (g * dg * Rest2 * T.CreateTruncating(2)) + ((x.S1 - (g * g)) * DBeta2);
        var r = Vector256.Sqrt(y.S1);
        var denominator = Denominator(r);
        var dDenominator = ((d.S1 * SquareRoot.Slope(r)) - (r * (DRoot / Root))) / Vector256.Create(Root);
        var step = y.S0 * Alpha / denominator;
        d.Theta = (d.Theta * Keep) + (x.Theta * DKeep) - (((y.S0 * DAlpha) + (d.S0 * Alpha) - (step * dDenominator)) / denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
    {
        Coordinates<T> y = x;
        Step(ref y);
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var r = Vector256.Sqrt(y.S1);
        var denominator = Denominator(r);
        var u = y.S0 / denominator;
        AKeep.Add(a.Theta * x.Theta);
        AAlpha.Add(-(a.Theta * u));
        var scaled = a.Theta * Alpha / denominator;
        var aRootV = scaled * u / Vector256.Create(Root);
        ARoot.Add(-(aRootV * r / Vector256.Create(Root)));
        var am = a.S0 - scaled;
        var av = a.S1 + (aRootV * SquareRoot.Slope(r));
        ABeta1.Add(am * (x.S0 - g));
        ABeta2.Add(av * (x.S1 - (g * g)));
        var ag = (am * Rest1) + (av * g * Rest2 * T.CreateTruncating(2));
        ALambda.Add(ag * x.Theta);
        a.S0 = am * Beta1;
        a.S1 = av * Beta2;
        a.Theta = (a.Theta * Keep) + (ag * Lambda);
        a.Gradient += ag * Sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Denominator(Vector256<T> r) => (r / Vector256.Create(Root)) + Vector256.Create(Epsilon);
}
