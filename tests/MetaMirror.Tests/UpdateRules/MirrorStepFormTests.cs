using MetaMirror.Divergences;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

public sealed class MirrorStepFormTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Vector(3);
    private static readonly MirrorDescent<double> Mirror = new(new DiagonalQuadratic<double>(2), .1);

    [Fact]
    public void What_Is_Deployed_Is_Read_With_Its_Values()
    {
        var hint = new NesterovHint<double>(.8);
        var region = new TrustRegion<double>(.7, new Chain<double>(hint, new CosineSchedule<double>(.5), Mirror));
        var rule = new Chain<double>(new Warmup<double>(4), new LinearSchedule<double>(.05), region);
        double[] meta = Meta(rule);
        MirrorView<double> view = rule.Mirror(Layout)!;
        var form = new MirrorStepForm<double>(view);

        Assert.True(view.HasCompany);
        Assert.True(form.IsComplete);
        Assert.Same(region, form.Scaling);
        Assert.Same(hint, form.Hint);
        Assert.Equal(.7, form.Radius(meta));
        Assert.Equal([.8], form.HintMeta(meta, Layout).ToArray());
        Assert.Equal(.1, meta[view.RateIndex]);
        Assert.Equal([2, 2, 2], meta[view.MetaStart..(view.MetaStart + view.MetaLength)]);
        Assert.Equal(.1 * (3 / 4.0) * (1 - (.95 * 2 / 10)) * (.5 + (.5 * (1 + Math.Cos(Math.PI * 2 / 10)) / 2)), form.Rate(meta, Layout, 2, 10), 1e-15);
    }

    [Fact]
    public void A_Plain_Mirror_Step_Has_No_Company()
    {
        var form = new MirrorStepForm<double>(Mirror.Mirror(Layout));
        Assert.True(form.IsComplete);
        Assert.Null(form.Scaling);
        Assert.Null(form.Hint);
        Assert.Equal(double.PositiveInfinity, form.Radius([]));
        Assert.Equal([], form.HintMeta([], Layout).ToArray());
        Assert.Equal(.1, form.Rate(Meta(Mirror), Layout, 3, 10));
    }

    [Fact]
    public void What_The_Formula_Has_No_Place_For_Makes_It_Incomplete()
    {
        Assert.True(IsComplete(new ClipByNorm<double>(1), new HeavyBallHint<double>(.5), Mirror));
        Assert.True(IsComplete(new HeavyBallHint<double>(.5), new LinearSchedule<double>(.05), Mirror));
        Assert.True(IsComplete(new LinearSchedule<double>(.05), new OmegaHint<double>(), Mirror));
        Assert.False(IsComplete(new OmegaHint<double>(), new LinearSchedule<double>(.05), Mirror));
        Assert.False(IsComplete(new WeightDecay<double>(.1), Mirror));
        Assert.False(IsComplete(Mirror, new WeightDecay<double>(.1)));
        Assert.False(IsComplete(new OmegaHint<double>(), new HeavyBallHint<double>(.5), Mirror));
        Assert.False(IsComplete(new HeavyBallHint<double>(.5), new ClipByNorm<double>(1), Mirror));
        Assert.False(IsComplete(new ClipByNorm<double>(1), new TrustRegion<double>(1, Mirror)));
        Assert.False(IsComplete(new HeavyBallHint<double>(.5), new TrustRegion<double>(1, Mirror)));
    }

    private static bool IsComplete(params UpdateRule<double>[] rules) => new MirrorStepForm<double>(new Chain<double>(rules).Mirror(Layout)!).IsComplete;

    private static double[] Meta(UpdateRule<double> rule) => [.. new MetaParameters<double>([], rule.MetaSpecs(Layout), []).Natural];
}
