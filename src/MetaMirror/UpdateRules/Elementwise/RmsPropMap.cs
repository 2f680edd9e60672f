using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>
/// g = sign gradient + lambda theta; v' = alpha v + (1 - alpha) g^2; h' = alpha h + (1 - alpha) g; d = sqrt(max(0, v' - h'^2)) + eps (h' = 0
/// unless centered); b' = mu b + g / d; theta' = theta - eta b'. S0 = v, then h if centered, then b with momentum.
/// </summary>
internal struct RmsPropMap<T> : ICoordinateMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public bool Centered, HasMomentum;
    public T Sign, Epsilon, Eta, Alpha, Lambda, Mu;
    public T DEta, DAlpha, DLambda, DMu;
    public LaneSum<T> AEta, AAlpha, ALambda, AMu;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Step(ref Coordinates<T> x)
    {
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var d = Average(x, g, out x.S0, out Vector256<T> h, out _);
        if (Centered)
            x.S1 = h;
        if (HasMomentum)
        {
            ref Vector256<T> b = ref Buffer(ref x);
            b = (b * Mu) + (g / d);
            x.Theta -= b * Eta;
        }
        else
        {
            x.Theta -= g * Eta / d;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Jvp(in Coordinates<T> x, ref Coordinates<T> d)
    {
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var average = Average(x, g, out _, out Vector256<T> h, out Vector256<T> slope);
        var dg = (d.Gradient * Sign) + (d.Theta * Lambda) + (x.Theta * DLambda);
        d.S0 = (d.S0 * Alpha) + (g * dg * (T.One - Alpha) * T.CreateTruncating(2)) + ((x.S0 - (g * g)) * DAlpha);
        var dVariance = d.S0;
        if (Centered)
        {
            d.S1 = (d.S1 * Alpha) + (dg * (T.One - Alpha)) + ((x.S1 - g) * DAlpha);
            dVariance -= h * d.S1 * T.CreateTruncating(2);
        }

        var u = g / average;
        var du = (dg - (u * (dVariance * slope))) / average;
        if (HasMomentum)
        {
            Coordinates<T> y = x;
            Vector256<T> b = Buffer(ref y);
            ref Vector256<T> db = ref Buffer(ref d);
            db = (db * Mu) + (b * DMu) + du;
            d.Theta -= (db * Eta) + (((b * Mu) + u) * DEta);
        }
        else
        {
            d.Theta -= (du * Eta) + (u * DEta);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Vjp(in Coordinates<T> x, ref Coordinates<T> a)
    {
        var g = (x.Gradient * Sign) + (x.Theta * Lambda);
        var average = Average(x, g, out _, out Vector256<T> h, out Vector256<T> slope);
        var u = g / average;
        var au = a.Theta * -Eta;
        if (HasMomentum)
        {
            Coordinates<T> y = x;
            Vector256<T> b = Buffer(ref y);
            ref Vector256<T> ab = ref Buffer(ref a);
            AEta.Add(-(a.Theta * ((b * Mu) + u)));
            au += ab;
            AMu.Add(au * b);
            ab = au * Mu;
        }
        else
        {
            AEta.Add(-(a.Theta * u));
        }

        var scaled = au / average;
        var aVariance = -(scaled * u * slope);
        var av = a.S0 + aVariance;
        var ag = scaled + (av * g * (T.One - Alpha) * T.CreateTruncating(2));
        AAlpha.Add(av * (x.S0 - (g * g)));
        a.S0 = av * Alpha;
        if (Centered)
        {
            var ah = a.S1 - (aVariance * h * T.CreateTruncating(2));
            ag += ah * (T.One - Alpha);
            AAlpha.Add(ah * (x.S1 - g));
            a.S1 = ah * Alpha;
        }

        ALambda.Add(ag * x.Theta);
        a.Theta += ag * Lambda;
        a.Gradient += ag * Sign;
    }

    /// <summary>d, with v', h' and the derivative of the root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Vector256<T> Average(in Coordinates<T> x, Vector256<T> g, out Vector256<T> v, out Vector256<T> h, out Vector256<T> slope)
    {
        v = (x.S0 * Alpha) + (g * (T.One - Alpha) * g);
        h = Centered ? (x.S1 * Alpha) + (g * (T.One - Alpha)) : Vector256<T>.Zero;
        var r = Vector256.Sqrt(Centered ? Vector256.Max(v - (h * h), Vector256<T>.Zero) : v);
        slope = SquareRoot.Slope(r);
        return r + Vector256.Create(Epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ref Vector256<T> Buffer(ref Coordinates<T> x)
    {
        if (Centered)
            return ref x.S2;
        return ref x.S1;
    }
}
