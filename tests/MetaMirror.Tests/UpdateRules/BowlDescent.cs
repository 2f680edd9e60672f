using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Runs on the quadratic of curvatures 2 and 1/2 in the plane, in tests of rules whose gradients are taken elsewhere.</summary>
internal static class BowlDescent
{
    public static QuadraticObjective<double> Bowl() => new([2, 0, 0, .5], [1, -1]);

    public static Descent<double> Begin(QuadraticObjective<double> f, UpdateRule<double> rule, int steps, double x = .5, double y = -.25)
    {
        var descent = new Descent<double>(f, rule, new Unroll(steps, FullBatch: true));
        descent.Start([x, y], new MetaParameters<double>([], rule.MetaSpecs(f.Layout), []), default);
        return descent;
    }

    public static void Advance(Descent<double> descent)
    {
        Assert.True(descent.Evaluate());
        descent.Advance();
    }
}
