using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// g = sign gradient + lambda theta; m' = beta1 m + (1 - beta1) g; v' = beta2 v + (1 - beta2) g^2;
/// theta' = keep theta - alpha m' / (sqrt(v') / root + eps). S0 = m, S1 = v.
/// </summary>
/// <remarks>At v' = 0 all gradients so far were 0, m' is 0 too, and the derivative through the root is exactly 0.</remarks>
internal struct AdamMap<T> : ICoordinateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Sign, Epsilon, Keep, Lambda, Beta1, Beta2, Alpha, Root;
    public T DKeep, DLambda, DBeta1, DBeta2, DAlpha, DRoot;
    public LaneSum<T> AKeep, ALambda, ABeta1, ABeta2, AAlpha, ARoot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        x.S0 = (x.S0 * Beta1) + (g * (T.One - Beta1));
        x.S1 = (x.S1 * Beta2) + (g * (T.One - Beta2) * g);
        x.Theta = (x.Theta * Keep) - (x.S0 * Alpha / Denominator(Vector256.Sqrt(x.S1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
    {
        Coordinates<T> y = x;
        Step(ref y);
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var dg = (d.Gradient * Sign) + (d.Theta * Lambda) + (x.Theta * DLambda);
        d.S0 = (d.S0 * Beta1) + (dg * (T.One - Beta1)) + ((x.S0 - g) * DBeta1);
        d.S1 = (d.S1 * Beta2) + (g * dg * (T.One - Beta2) * T.CreateTruncating(2)) + ((x.S1 - (g * g)) * DBeta2);
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
        var ag = (am * (T.One - Beta1)) + (av * g * (T.One - Beta2) * T.CreateTruncating(2));
        ALambda.Add(ag * x.Theta);
        a.S0 = am * Beta1;
        a.S1 = av * Beta2;
        a.Theta = (a.Theta * Keep) + (ag * Lambda);
        a.Gradient += ag * Sign;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Denominator(Vector256<T> r) => (r / Vector256.Create(Root)) + Vector256.Create(Epsilon);
}
