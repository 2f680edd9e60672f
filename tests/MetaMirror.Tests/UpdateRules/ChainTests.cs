using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>The combinator laws: Chain() is the identity, identities drop out, chains flatten, and members see each other's results.</summary>
public sealed class ChainTests
{
    private static readonly ParameterLayout Layout = new(("0.weight", [3, 4]), ("0.bias", [3]));

    [Fact]
    public void Empty_Chain_Is_The_Identity()
    {
        var chain = new Chain<double>();
        Assert.Empty(chain.Members);
        Assert.Empty(chain.MetaSpecs(Layout));
        Assert.Equal(0, chain.StateLength(Layout));
        Assert.Equal(Trace(new Identity<double>()), Trace(chain));
    }

    [Fact]
    public void Identities_Around_A_Rule_Change_No_Bit_And_No_Name()
    {
        var adam = new Adam<double>(new() { LearningRate = .1, WeightDecay = .01 });
        var chain = new Chain<double>(new Identity<double>(), adam, new Identity<double>());
        Assert.Equal(adam.MetaSpecs(Layout), chain.MetaSpecs(Layout));
        Assert.Equal(adam.Name, chain.Name);
        Assert.Equal(Trace(adam), Trace(chain));
    }

    [Fact]
    public void Nested_Chains_Flatten()
    {
        UpdateRule<double>[] rules = [new ClipByNorm<double>(1), new CosineSchedule<double>(), new Sgd<double>(new() { LearningRate = .1, Momentum = .9 })];
        var flat = new Chain<double>(rules);
        var nested = new Chain<double>(new Chain<double>(rules[0], new Chain<double>(rules[1])), new Chain<double>(), new Chain<double>(rules[2]));
        Assert.Equal(flat.Members, nested.Members);
        Assert.Equal(flat.MetaSpecs(Layout), nested.MetaSpecs(Layout), (a, b) => string.Equals(a.Name, b.Name, StringComparison.Ordinal));
        Assert.Equal(Trace(flat), Trace(nested));
    }

    [Fact]
    public void Meta_Names_Carry_The_Member_Only_When_Needed()
    {
        var warm = new Chain<double>(new Warmup<double>(5), new Sgd<double>(new() { LearningRate = .1 }));
        Assert.Equal(["learning_rate", "weight_decay"], warm.MetaSpecs(Layout).Select(s => s.Name));
        var clipped = new Chain<double>(new ClipByNorm<double>(1), new Warmup<double>(5), new Sgd<double>(new() { LearningRate = .1 }));
        Assert.Equal(["0.max_norm", "2.learning_rate", "2.weight_decay"], clipped.MetaSpecs(Layout).Select(s => s.Name));
    }

    [Fact]
    public void A_Chain_Is_Its_Members_By_Hand()
    {
        RandomStream stream = new(new StreamKey(7, 0, 0, StreamPurpose.Test, 0));
        var sgd = new Sgd<double>(new() { LearningRate = .1, Momentum = .9 });
        RuleRun<double> run = RuleRun<double>.At(3, new Chain<double>(new LinearSchedule<double>(.05), sgd), Layout, ref stream);
        Arrays<double> chained = run.Values.Copy(), byHand = run.Values.Copy();
        run.Rule.Step(run.Context, chained.Iterate);
        byHand.Scale[0] *= 1 - (.95 * 3 / RuleRun<double>.Steps);
        sgd.Step(run.Context.For(run.Meta.AsSpan(1), []), byHand.Iterate);
        Assert.Equal(byHand.Flat, chained.Flat);
    }

    [Fact]
    public void The_Mirror_Descent_Inside_A_Chain_Is_Found_Where_It_Is()
    {
        var divergence = new DiagonalQuadratic<double>(2);
        var mirror = new MirrorDescent<double>(divergence, .1);
        var chain = new Chain<double>(new ClipByNorm<double>(1), new LinearSchedule<double>(.05), mirror);
        MirrorView<double> view = chain.Mirror(Layout)!;
        Assert.True(view.HasCompany);
        Assert.Equal([new(chain.Members[0], 0, Follows: false), new(chain.Members[1], 1, Follows: false)], view.Company);
        Assert.Equal(new MirrorView<double>(divergence, 2, Layout.Length, 2 + Layout.Length), view with { Company = [] });
        Assert.Equal(new MirrorView<double>(divergence, 0, Layout.Length, Layout.Length), mirror.Mirror(Layout));
        Assert.Null(new Chain<double>(mirror, mirror).Mirror(Layout));
        Assert.Null(new Chain<double>(new ClipByNorm<double>(1)).Mirror(Layout));
    }

    [Fact]
    public void One_Instance_Serves_Several_Layouts()
    {
        var chain = new Chain<double>(new ClipByNorm<double>(1), new Adam<double>());
        foreach (ParameterLayout layout in RuleCases.Layouts)
            Assert.Equal(2 * layout.Length, chain.StateLength(layout));
        Assert.Equal(Trace(chain), Trace(new Chain<double>(new ClipByNorm<double>(1), new Adam<double>())));
    }

    [Fact]
    public void Wrong_Lengths_And_Null_Members_Are_Refused()
    {
        Assert.Throws<ArgumentNullException>(() => new Chain<double>(new Identity<double>(), null!));
        var run = new RuleRun<double>(new Chain<double>(new ClipByNorm<double>(1), new Adam<double>()), Layout) { Meta = new double[3] };
        Assert.Contains("given 3 meta-parameters, expected 5", Assert.Throws<ArgumentException>(run.Step).Message, StringComparison.Ordinal);
    }

    /// <summary>Values after 4 steps, then tangents and cotangents, all from the same draws.</summary>
    private static double[] Trace(UpdateRule<double> rule)
    {
        RandomStream stream = new(new StreamKey(3, 0, 0, StreamPurpose.Test, 0));
        RuleRun<double> run = RuleRun<double>.At(3, rule, Layout, ref stream);
        Arrays<double> t = run.Direction(ref stream), a = run.Direction(ref stream);
        double[] tMeta = run.MetaDirection(ref stream), aMeta = new double[tMeta.Length];
        rule.Jvp(run.Context, run.Values.Iterate, tMeta, t.Iterate);
        rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        run.Step();
        return [.. run.Values.Flat, .. t.Flat, .. a.Flat, .. aMeta];
    }
}
