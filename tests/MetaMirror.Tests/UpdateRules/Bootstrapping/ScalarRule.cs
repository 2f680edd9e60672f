using System.Numerics;

namespace MetaMirror.Tests.UpdateRules.Bootstrapping;

/// <summary>SGD, momentum or Adam coordinate by coordinate in complex numbers, for learner and target; derivatives come by an imaginary step.</summary>
internal sealed record ScalarRule(string Kind, double Rate, int Age, Complex[] First, Complex[] Second)
{
    public const double Momentum = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    public static ScalarRule Of(string kind, double rate, int n) => new(kind, rate, 0, new Complex[n], new Complex[n]);

    /// <summary>The displacement x - rule(x), and the rule as it then is.</summary>
    public (Complex[] D, ScalarRule Next) Step(Complex[] g)
    {
        int t = Age + 1;
        switch (Kind)
        {
            case "sgd":
                return ([.. g.Select(v => Rate * v)], this with { Age = t });
            case "momentum":
                Complex[] b = [.. First.Zip(g, (m, v) => (Momentum * m) + v)];
                return ([.. b.Select(v => Rate * v)], this with { Age = t, First = b });
            case "optimistic":
                return ([.. g.Zip(First, (v, last) => Rate * ((2 * v) - last))], this with { Age = t, First = g });
            default:
                Complex[] m1 = [.. First.Zip(g, (m, v) => (0.9 * m) + (0.1 * v))], m2 = [.. Second.Zip(g, (m, v) => (Beta2 * m) + ((1 - Beta2) * v * v))];
                double c1 = 1 - Math.Pow(0.9, t), c2 = 1 - Math.Pow(Beta2, t);
                return ([.. m1.Zip(m2, (m, v) => Rate * (m / c1) / (Complex.Sqrt(v / c2) + Epsilon))], this with { Age = t, First = m1, Second = m2 });
        }
    }
}
