using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>The rule is its divergence at eta = learning_rate times the scale: values, tangents and cotangents, state included.</summary>
public sealed class MirrorDescentTests
{
    private const double Rate = .1;
    private static readonly ParameterLayout Layout = new(("0.weight", [2, 3]), ("0.bias", [2]));

    [Theory, InlineData(0), InlineData(1), InlineData(4)]
    public void The_Rule_Is_The_Divergence_At_Rate_Times_Scale(int age)
    {
        var divergence = new MaxOfDiagonals<double>(3);
        RandomStream stream = new(new StreamKey(11, 0, 0, StreamPurpose.Test, 0));
        RuleRun<double> run = RuleRun<double>.At(age, new MirrorDescent<double>(divergence, Rate), Layout, ref stream);
        double scale = run.Values.Scale[0], eta = Rate * scale;
        double[] meta = run.Meta[..^1], dMeta = run.MetaDirection(ref stream), aMeta = new double[dMeta.Length], directMeta = new double[meta.Length], aEta = new double[1];
        DivergenceContext<double> Context() => new() { Layout = Layout, Meta = meta, Scratch = new double[divergence.ScratchLength(Layout)], Age = age };
        Assert.Equal(divergence.StateLength(Layout), run.Values.State.Length);
        Assert.True(run.Values.State.Length > 0);

        Arrays<double> d = run.Direction(ref stream), directD = d.Copy(), a = run.Direction(ref stream), directA = a.Copy(), x = run.Values.Copy(), directX = run.Values.Copy();
        double dEta = (dMeta[^1] * scale) + (Rate * d.Scale[0]);
        run.Rule.Jvp(run.Context, run.Values.Iterate, dMeta, d.Iterate);
        divergence.StepJvp(Context(), eta, x.Gradient, x.Theta, x.State, dMeta.AsSpan(..^1), dEta, directD.Gradient, directD.Theta, directD.State);
        Assert.Equal(directD.Flat, d.Flat);

        run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        divergence.StepVjp(Context(), eta, x.Gradient, x.Theta, x.State, directA.Theta, directA.State, directA.Gradient, directMeta, aEta);
        directA.Scale[0] += aEta[0] * Rate;
        Assert.Equal(directA.Flat, a.Flat);
        Assert.Equal([.. directMeta, aEta[0] * scale], aMeta);

        run.Rule.Step(run.Context, x.Iterate);
        divergence.Step(Context(), eta, directX.Gradient, directX.Theta, directX.State);
        Assert.Equal(directX.Flat, x.Flat);
    }

    [Fact]
    public void The_Rate_Is_Fixed_Unless_Asked_For_And_Comes_Last()
    {
        var divergence = new ScaledIdentity<double>();
        IReadOnlyList<MetaParameterSpec<double>> specs = new MirrorDescent<double>(divergence, Rate).MetaSpecs(Layout);
        Assert.Equal(("learning_rate", false), (specs[^1].Name, specs[^1].Learned));
        Assert.Equal(divergence.MetaSpecs(Layout).Count + 1, specs.Count);
        Assert.True(new MirrorDescent<double>(divergence, Rate, learnRate: true).MetaSpecs(Layout)[^1].Learned);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MirrorDescent<double>(divergence, 0));
    }
}
