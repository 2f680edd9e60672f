using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// g = gradient + lambda theta; m' = beta1 m + (1 - beta1) g; v' = beta2 v + (1 - beta2) g^2;
/// theta' = theta - (A g + B m') / (sqrt(v' / correction) + eps). S0 = m, S1 = v.
/// </summary>
internal struct NAdamMap<T> : ICoordinateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T Epsilon, Lambda, Beta1, Beta2, Correction, OfGradient, OfMoment;
    public T DLambda, DBeta1, DBeta2, DCorrection, DOfGradient, DOfMoment;
    public LaneSum<T> ALambda, ABeta1, ABeta2, ACorrection, AOfGradient, AOfMoment;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var g = x.Gradient + (x.Theta * Lambda);
        x.S0 = (x.S0 * Beta1) + (g * (T.One - Beta1));
        x.S1 = (x.S1 * Beta2) + (g * (T.One - Beta2) * g);
        var denominator = Root(x.S1) + Vector256.Create(Epsilon);
        x.Theta = x.Theta - (g * OfGradient / denominator) - (x.S0 * OfMoment / denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
    {
        Coordinates<T> y = x;
        Step(ref y);
        var g = x.Gradient + (x.Theta * Lambda);
        var dg = d.Gradient + (d.Theta * Lambda) + (x.Theta * DLambda);
        d.S0 = (d.S0 * Beta1) + (dg * (T.One - Beta1)) + ((x.S0 - g) * DBeta1);
        d.S1 = (d.S1 * Beta2) + (g * dg * (T.One - Beta2) * T.CreateTruncating(2)) + ((x.S1 - (g * g)) * DBeta2);
        var r = Root(y.S1);
        var denominator = r + Vector256.Create(Epsilon);
        var dr = (d.S1 - (r * r * DCorrection)) * SquareRoot.Slope(r) / Vector256.Create(Correction);
        var step = ((g * OfGradient) + (y.S0 * OfMoment)) / denominator;
        d.Theta -= ((g * DOfGradient) + (dg * OfGradient) + (y.S0 * DOfMoment) + (d.S0 * OfMoment) - (step * dr)) / denominator;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
    {
        Coordinates<T> y = x;
        Step(ref y);
        var g = x.Gradient + (x.Theta * Lambda);
        var r = Root(y.S1);
        var denominator = r + Vector256.Create(Epsilon);
        var scaled = a.Theta / denominator;
        AOfGradient.Add(-(scaled * g));
        AOfMoment.Add(-(scaled * y.S0));
        var step = ((g * OfGradient) + (y.S0 * OfMoment)) / denominator;
        var aRatio = scaled * step * SquareRoot.Slope(r) / Vector256.Create(Correction);
        ACorrection.Add(-(aRatio * (r * r)));
        var am = a.S0 - (scaled * OfMoment);
        var av = a.S1 + aRatio;
        ABeta1.Add(am * (x.S0 - g));
        ABeta2.Add(av * (x.S1 - (g * g)));
        var ag = (am * (T.One - Beta1)) + (av * g * (T.One - Beta2) * T.CreateTruncating(2)) - (scaled * OfGradient);
        ALambda.Add(ag * x.Theta);
        a.S0 = am * Beta1;
        a.S1 = av * Beta2;
        a.Theta += ag * Lambda;
        a.Gradient += ag;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Root(Vector256<T> v) => Vector256.Sqrt(v / Vector256.Create(Correction));
}
