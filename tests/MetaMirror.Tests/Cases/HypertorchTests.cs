using System.Text.Json;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>Cases A1, A2, A5 and A6: hypertorch's logistic regression, whose notebook prints the losses.</summary>
public sealed class HypertorchTests
{
    /// <summary>The notebook runs in float32.</summary>
    private const double Published = 1e-6;

    /// <summary>Inner losses in float64: sums of 500 terms in another order.</summary>
    private const double Inner = 1e-11;

    /// <summary>Rounding grown over 300 outer steps of momentum.</summary>
    private const double Outer = 1e-9;

    private static readonly JsonElement Fixture = Hypertorch.Fixture;
    private static readonly Sgd<double> Descent = new(new SgdOptions { LearningRate = 0.1, Learn = [] });

    [Fact]
    public void A1_inner_losses_are_the_printed_ones()
    {
        JsonElement inner = Fixture.GetProperty("inner");
        var losses = new Losses();
        InnerProblem<double> problem = Problem(inner.GetProperty("T").GetInt32());
        problem.Start(problem.CreateMetaParameters(), default);

        Assert.False(problem.Descent.Run(losses).Diverged);

        double[] steps = Hypertorch.Numbers(inner.GetProperty("steps")), exact = Hypertorch.Numbers(inner.GetProperty("loss"));
        double[] printed = Hypertorch.Numbers(inner.GetProperty("published_float32"));
        for (int i = 0; i < steps.Length; i++)
        {
            Assert.Equal(exact[i], losses.Of[(int)steps[i]], Inner);
            Assert.Equal(printed[i], losses.Of[(int)steps[i]], Published);
        }

        double[] end = Hypertorch.Numbers(Fixture.GetProperty("w_end_at_h_1"));
        TrialProblem.AssertClose(end, problem.Descent.Theta, Inner, "w after T steps");
    }

    [Fact]
    public void A2_outer_losses_are_the_printed_ones_up_to_step_300()
    {
        JsonElement outer = Fixture.GetProperty("outer");
        double[] all = Hypertorch.Numbers(outer.GetProperty("all_losses"));
        var rule = new Sgd<double>(new SgdOptions { LearningRate = outer.GetProperty("lr").GetDouble(), Momentum = outer.GetProperty("momentum").GetDouble() });
        var step = new HypergradientStep<double>(new TruncatedReverseMode<double>(outer.GetProperty("K").GetInt32()), new ValidationLoss<double>(), rule);
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([Hypertorch.Task()]), Descent, Hypertorch.Start, new Unroll(100, FullBatch: true), step,
            new MetaLearnerOptions { OuterSteps = all.Length, StoppingChange = 0 });
        double[] afterTen = [];

        MetaLearnerResult result = learner.Learn(afterStep: l =>
        {
            if (l.OuterStep == 10)
                afterTen = Weights(l.Meta);
        });

        for (int s = 0; s < all.Length; s++)
            Assert.Equal(all[s], result.History[s].Value, Outer);
        double[] steps = Hypertorch.Numbers(outer.GetProperty("steps")), printed = Hypertorch.Numbers(outer.GetProperty("published_float32"));
        for (int i = 0; i < printed.Length; i++)
            Assert.Equal(printed[i], result.History[(int)steps[i]].Value, Published);
        TrialProblem.AssertClose(Hypertorch.Numbers(Fixture.GetProperty("h_after_10_steps")), afterTen, Outer, "h after 10 outer steps");
        TrialProblem.AssertClose(Hypertorch.Numbers(Fixture.GetProperty("h_after_301_steps")), Weights(learner.Meta), Outer, "h after 301 outer steps");
        Assert.Contains(1e-8, Weights(learner.Meta));
    }

    [Fact]
    public void A2_first_hypergradient_is_the_stored_one()
    {
        (double[] total, double[] direct, _) = Compute(new TruncatedReverseMode<double>(10));
        TrialProblem.AssertClose(Hypertorch.Numbers(Fixture.GetProperty("hypergradient_at_step_0")), total, Inner, "hypergradient");
        Assert.All(direct, g => Assert.Equal(0, g));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(40)]
    public void A5_Neumann_of_K_is_the_fixed_point_iteration_of_K_plus_1(int k)
    {
        (double[] neumann, _, HypergradientReport report) = Compute(new ImplicitMode<double>(ImplicitMethod.Neumann, k, 0));
        (double[] fixedPoint, _, _) = Compute(new ImplicitMode<double>(ImplicitMethod.FixedPoint, k + 1, 0));
        TrialProblem.AssertClose(fixedPoint, neumann, 1e-12, $"K = {k}");
        Assert.Equal(k, report.Solver!.Iterations);
        Assert.True(report.Succeeded, report.Verdict);
    }

    [Fact]
    public void A6_reverse_is_reverse_unroll_bit_for_bit_in_any_segments()
    {
        (double[] unrolled, _, HypergradientReport plain) = Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = 100 }));
        foreach (int segment in (int[])[1, 3, 7, 33, 99])
        {
            (double[] checkpointed, _, HypergradientReport report) = Compute(new ReverseMode<double>(new ReverseOptions { StoredSteps = segment }));
            Assert.Equal(unrolled, checkpointed);
            Assert.Equal(plain.Value, report.Value);
        }

        Assert.Equal(unrolled, Compute(new TruncatedReverseMode<double>(100)).Total);
        TrialProblem.AssertClose(unrolled, Compute(new ForwardMode<double>()).Total, 1e-12, "forward mode");
    }

    private static InnerProblem<double> Problem(int steps) => new(Hypertorch.Task(), Descent, Hypertorch.Start, new Unroll(steps, FullBatch: true));

    private static (double[] Total, double[] Direct, HypergradientReport Report) Compute(Hypergradient<double> hypergradient)
    {
        MetaGradient gradient = MetaGradient.Of(Problem(100), new ValidationLoss<double>(), hypergradient);
        return (gradient.At(MetaPlace.Objective), gradient.Direct, gradient.Report);
    }

    private static double[] Weights(MetaParameters<double> meta) => meta.Of(MetaPlace.Objective).ToArray();

    private sealed class Losses : DescentObserver<double>
    {
        public List<double> Of { get; } = [];

        public override void Visit(in PathPoint<double> point, ReadOnlySpan<double> state) => Of.Add(point.Loss);
    }
}
