using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Elementwise rules on every length: a coordinate's numbers must not depend on how many others there are, or on its place among them.</summary>
public sealed class StepLengthTests
{
    private const int Longest = 256, Age = 3;

    /// <summary>Not Prodigy, whose rate is of all coordinates together: <see cref="Rivals.ProdigyTests"/>.</summary>
    public static TheoryData<string> Names =>
        new("sgd", "sgd-all-on", "nesterov", "adam-all-on", "adamw", "nadam", "rmsprop", "rmsprop-all-on", "adagrad-all-on", "mirror-diagonal", "weight-decay",
            "lion", "schedule-free", "aruba-plus", "powersign", "addsign");

    [Theory, MemberData(nameof(Names))]
    public void EveryCoordinateIsStepped_Double(string name) => Check(RuleCases.Named(name).Double());

    [Theory, MemberData(nameof(Names))]
    public void EveryCoordinateIsStepped_Single(string name) => Check(RuleCases.Named(name).Single());

    private static void Check<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RandomStream stream = new(new StreamKey(7, 0, 0, StreamPurpose.Test, 31));
        RuleRun<T> all = RuleRun<T>.At(Age, rule, ParameterLayout.Vector(Longest), ref stream);
        Arrays<T> before = all.Values.Copy();
        Arrays<T> d = all.Direction(ref stream), dBefore = d.Copy();
        T[] dMeta = all.MetaDirection(ref stream);
        if (rule.IsDifferentiable)
            rule.Jvp(all.Context, all.Values.Iterate, dMeta, d.Iterate);
        all.Step();
        for (int n = 1; n < Longest; n++)
        {
            RuleRun<T> some = RuleRun<T>.At(Age, rule, ParameterLayout.Vector(n), ref stream);
            some.Meta = PerLayout(rule, all.Meta, n);
            some.Values = First(before, n);
            Arrays<T> t = First(dBefore, n);
            if (rule.IsDifferentiable)
                rule.Jvp(some.Context, some.Values.Iterate, PerLayout(rule, dMeta, n), t.Iterate);
            some.Step();
            Assert.Equal(First(d, n).Flat, t.Flat);
            Assert.Equal(First(all.Values, n).Flat, some.Values.Flat);
        }
    }

    /// <summary>Of meta-parameters with one value per parameter the first.</summary>
    private static T[] PerLayout<T>(UpdateRule<T> rule, T[] meta, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var some = new List<T>();
        int start = 0;
        foreach (MetaParameterSpec<T> spec in rule.MetaSpecs(ParameterLayout.Vector(Longest)))
        {
            some.AddRange(meta.AsSpan(start, spec.Length == Longest ? n : spec.Length));
            start += spec.Length;
        }

        return [.. some];
    }

    private static Arrays<T> First<T>(Arrays<T> x, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int all = x.Theta.Length, vectors = x.State.Length / all;
        T[] state = [.. Enumerable.Range(0, vectors).SelectMany(v => x.State[(v * all)..((v * all) + n)]), .. x.State[(vectors * all)..]];
        return new Arrays<T>(x.Theta[..n], x.Gradient[..n], [.. x.Scale], state);
    }
}
