using System.Numerics;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>One step of a rule written as a scalar loop in complex numbers: real parts are values, imaginary parts carry a derivative.</summary>
internal delegate void ReferenceStep(ReferenceIterate x);

/// <summary>What a reference step reads and writes. Decisions are taken by real parts.</summary>
internal sealed class ReferenceIterate
{
    public required int Step { get; init; }

    public required int Steps { get; init; }

    public required int Age { get; init; }

    public required Complex[] Theta { get; init; }

    public required Complex[] Gradient { get; init; }

    public required Complex[] State { get; init; }

    public required Complex Scale { get; set; }

    public required IReadOnlyDictionary<string, Complex[]> Meta { get; init; }

    public Complex this[string meta] => Meta[meta][0];

    /// <summary>A member's part of a chain's iterate; arrays other than the state are shared.</summary>
    public ReferenceIterate Part(string prefix, Complex[] state) => new()
    {
        Step = Step, Steps = Steps, Age = Age, Theta = Theta, Gradient = Gradient, State = state, Scale = Scale,
        Meta = Meta.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(p => p.Key[prefix.Length..], p => p.Value, StringComparer.Ordinal),
    };

    /// <summary>sqrt by the real part; 0 at 0, where the rules' roots have derivative 0.</summary>
    public static Complex Root(Complex v) => v.Real <= 0 ? Complex.Zero : Complex.Sqrt(v);

    public static Complex Power(Complex b, int t) => Enumerable.Range(0, t).Aggregate(Complex.One, (product, _) => product * b);
}
