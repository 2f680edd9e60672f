using System.Collections.Immutable;
using MetaMirror.Divergences;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Rules brought to tensors of other sizes.</summary>
public sealed class ResizedTests
{
    private static readonly ParameterLayout Narrow = new(("w", [4, 6]), ("b", [4])), Wide = new(("w", [8, 6]), ("b", [8]));
    private static readonly AdamOptions Faster = new() { LearningRate = .05 };
    private static readonly TrackedBasisOptions Options = new() { Rank = 2, LargestColumns = 5, LearningRate = .05 };

    public static TheoryData<string> Resizable => [.. Rules.Keys];

    private static readonly Dictionary<string, Func<UpdateRule<double>>> Rules = new(StringComparer.Ordinal)
    {
        ["sgd"] = () => new Sgd<double>(new() { LearningRate = .05, Momentum = .9 }),
        ["adam"] = () => new Adam<double>(Faster),
        ["adamw"] = () => new AdamW<double>(Faster),
        ["chain"] = () => new Chain<double>(new ClipByNorm<double>(1), new ClipByValue<double>(.5), new WeightDecay<double>(.1), new Warmup<double>(3), new LinearSchedule<double>(.1), new Adam<double>(Faster)),
        ["scheduled-sgd"] = () => new ScheduledSgd<double>(new() { LearningRate = .05, LearningRateValues = 2 }),
        ["lstm-rule"] = () => new LstmRule<double>(new() { Units = 2 }),
        ["mlp-rule"] = () => new MlpRule<double>(new() { Units = 2 }),
        ["tracked"] = () => TrackedBasis<double>.Unlearned(Narrow, Options),
        ["averaged tracked"] = () => new AveragedIterates<double>(new Chain<double>(new LinearSchedule<double>(.1), TrackedBasis<double>.Unlearned(Narrow, Options)), 8),
    };

    /// <summary>As many meta-parameters, and it trains there.</summary>
    [Theory]
    [MemberData(nameof(Resizable))]
    public void A_resized_rule_takes_the_values_that_were_learned_and_trains(string name)
    {
        UpdateRule<double> rule = Rules[name](), wide = rule.Resized(Wide)!;
        Assert.Equal(Count(rule, Narrow), Count(wide, Wide));

        // Away from the defaults, which a rule that forgets them would have.
        var meta = new MetaParameters<double>([], rule.MetaSpecs(Narrow), []);
        double[] values = meta.Natural.ToArray();
        foreach (MetaParameterEntry<double> entry in meta.Entries.Where(e => e.Spec.Name.EndsWith("learning_rate", StringComparison.Ordinal)))
            values.AsSpan(entry.Offset, entry.Spec.Length).Fill(.04);
        meta.SetNatural(values);
        LearnedOptimizer<double> learned = new LearnedOptimizer<double>(name, rule, [.. meta.Natural], Narrow, 40) { Certificate = "of that size", Recipe = "{\"plan\":1}", License = "CC0-1.0", LearnedFrom = "here" }.Resized(Wide)!;
        Assert.Equal(meta.Natural.ToArray(), learned.Natural);
        Assert.Equal("{}", learned.Recipe);
        Assert.Equal(("", "CC0-1.0", "here", 40), (learned.Certificate, learned.License, learned.LearnedFrom, learned.Steps));
        OptimizerRun<double> run = learned.Start(Wide);
        double[] theta = [.. Enumerable.Repeat(1.0, Wide.Length)], at = new double[Wide.Length];
        for (int t = 0; t < 40; t++)
        {
            run.GradientPoint(theta, at);
            run.Apply([.. at.Select((x, i) => (1 + (i % 3)) * x)], theta);
        }

        Assert.True(theta.Sum(x => x * x) < .9 * Wide.Length, $"{theta.Sum(x => x * x)}");
    }

    /// <summary>Six columns stay six: the basis starts where it did. Where they become others it starts at the columns that a rule of that size starts at.</summary>
    [Fact]
    public void Bases_of_as_many_columns_stay_and_others_start_anew()
    {
        TrackedBasis<double> rule = TrackedBasis<double>.Unlearned(Narrow, Options, seed: 5), wide = (TrackedBasis<double>)rule.Resized(Wide)!;
        Assert.Equal(rule.Start[0].Right.ToArray(), wide.Start[0].Right.ToArray());
        Assert.Equal((8, 2), (wide.Start[0].Block.Rows, wide.Start[0].Rank));
        Assert.Equal(rule.Options, wide.Options);

        var longer = new ParameterLayout(("w", [4, 9]), ("b", [4]));
        Assert.Equal(TrackedBasis<double>.Unlearned(longer, Options).Start[0].Right.ToArray(), ((TrackedBasis<double>)rule.Resized(longer)!).Start[0].Right.ToArray());
    }

    [Fact]
    public void What_was_learned_for_sizes_alone_is_not_resized()
    {
        ImmutableArray<BasisBlock<double>> bases = [.. Narrow.Blocks.Select(BasisBlock<double>.Identity)];
        UpdateRule<double>[] bound =
        [
            new LearnedBasis<double>(bases), new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .1), new TrackedBasis<double>(bases, Options with { PriorWeight = 1 }),
            new Chain<double>(new LinearSchedule<double>(.1), new LearnedBasis<double>(bases)), new AveragedIterates<double>(new LearnedBasis<double>(bases)),
        ];
        Assert.All(bound, rule => Assert.Null(rule.Resized(Wide)));
        Assert.All(
            (ParameterLayout[])[new(("w", [8, 6])), new(("w", [8, 6, 1]), ("b", [8])), new(("w", [8, 6]), ("b", [8]), ("c", [1]))],
            other => Assert.Null(TrackedBasis<double>.Unlearned(Narrow, Options).Resized(other)));
        var kernels = new ParameterLayout(("w", [4, 6, 3, 3]));
        Assert.True(new ParameterLayout(("v", [8, 2, 3, 3])).HasLayersOf(kernels));
        Assert.False(new ParameterLayout(("w", [4, 6, 5, 5])).HasLayersOf(kernels));
        Assert.Null(new LearnedOptimizer<double>("adam", new Adam<double>(), [.. new MetaParameters<double>([], new Adam<double>().MetaSpecs(Narrow), []).Natural], Narrow, 4).Resized(new ParameterLayout(("w", [8, 6]))));
    }

    private static int Count(UpdateRule<double> rule, ParameterLayout layout) => rule.MetaSpecs(layout).Sum(s => s.Length);
}
