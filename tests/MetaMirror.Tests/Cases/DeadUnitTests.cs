using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Case A11: a ReLU unit whose input is negative on every example, trained by Adam (and RMSprop), whose roots have an infinite slope at the dead unit's
/// zero second moments. Hypergradients are finite, zero on the dead weights, and right on the live ones.
/// </summary>
public sealed class DeadUnitTests
{
    private const int Dead = 1;
    private const int Steps = 5;
    private static readonly Network Network = Network.Mlp(3, 4, 2);
    private static readonly Dataset<double> Data = Draws.Classification<double>(12, 3, 2, 300);
    private static readonly AdamOptions Moments = new() { LearningRate = .05 };
    private static readonly RmsPropOptions Squares = new() { LearningRate = .05 };

    public static TheoryData<string> Names => ["adam", "rmsprop"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Hypergradients_through_the_run_are_finite_and_exact(string name)
    {
        (UpdateRule<double> rule, ReferenceStep reference) = Rule(name);
        double[] start = Start();
        var exact = new ComplexTraining(Network, Data, rule, reference, Steps);
        var problem = new TrialProblem(
            rule, new FinalLoss<double>(), Steps, fullBatch: true, new LearnedInitialPoint<double>([.. start]), () => new NetworkObjective<double>(Network, Data), start);
        foreach (Hypergradient<double> mode in (Hypergradient<double>[])[new ReverseMode<double>(), new ForwardMode<double>()])
        {
            double[] total = problem.Compute(mode).Total;
            Assert.All(total, g => Assert.True(double.IsFinite(g), $"{mode.Name}: {g}"));
            double[] initial = total[..start.Length];
            TrialProblem.AssertClose(exact.InitialGradient(start), initial, 1e-10, $"initial weights, {mode.Name}");
            double rate = exact.MetaGradient(start, "learning_rate");
            Assert.NotEqual(0, rate);
            Assert.Equal(rate, total[start.Length], 1e-10 * Math.Abs(rate));
            Assert.All(DeadWeights(), i => Assert.Equal(0, initial[i]));
        }
    }

    [Fact]
    public void Differences_agree_on_the_live_weights()
    {
        // 1e-6: Richardson differences with steps of 5e-5 beside gradients of 1e-3 and more, where Adam's first step turns within their size.
        double[] start = Start();
        var problem = new TrialProblem(
            Rule("adam").Rule, new FinalLoss<double>(), Steps, fullBatch: true, new LearnedInitialPoint<double>([.. start]), () => new NetworkObjective<double>(Network, Data), start);
        double[] total = problem.Compute(new ReverseMode<double>()).Total;
        int rate = start.Length;
        int[] live = [.. Enumerable.Range(0, start.Length).Except(DeadWeights()), rate];
        double[] differences = problem.Differences(total);
        TrialProblem.AssertClose([.. live.Select(i => differences[i])], [.. live.Select(i => total[i])], 1e-6, "differences");
    }

    [Fact]
    public void Implicit_mode_stays_finite_and_leaves_dead_weights_out()
    {
        // Adam with a large epsilon converges; then the derivative of the update's fixed point is that of the stationary point.
        var weight = new RegularizerWeight(.5, RegularizerKind.PerCoordinate);
        var task = new ObjectiveTask<double>("dead", () => new Regularized<double>(new NetworkObjective<double>(Network, Data), weight), Start())
        {
            Validation = () => new NetworkObjective<double>(Network, Draws.Classification<double>(12, 3, 2, 301)),
        };
        var rule = new Adam<double>(Moments with { Epsilon = .1, Beta2 = .9 });
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(3000, FullBatch: true));
        double[] stationary = MetaGradient.Of(problem, new ValidationLoss<double>(), new ImplicitMode<double>(ImplicitMethod.ConjugateGradient, 500, 1e-13)).At(MetaPlace.Objective);
        foreach (ImplicitMethod method in (ImplicitMethod[])[ImplicitMethod.Neumann, ImplicitMethod.FixedPoint])
        {
            MetaGradient update = MetaGradient.Of(problem, new ValidationLoss<double>(), new ImplicitMode<double>(method, 3000, 1e-13));
            Assert.All(update.Total, g => Assert.True(double.IsFinite(g)));
            TrialProblem.AssertClose(stationary, update.At(MetaPlace.Objective), 1e-9, method.ToString());
        }
    }

    private static (UpdateRule<double> Rule, ReferenceStep Reference) Rule(string name) => name switch
    {
        "adam" => (new Adam<double>(Moments), ReferenceRules.Adam(Moments)),
        _ => (new RmsProp<double>(Squares), ReferenceRules.RmsProp(Squares)),
    };

    private static double[] Start()
    {
        var stream = new RandomStream(new StreamKey(11, 0, 0, StreamPurpose.Test, 0));
        double[] start = new double[Network.Layout.Length];
        Network.Initialize<double>(ref stream, start);
        start[Network.Layout["0.bias"].Offset + Dead] = -50;
        return start;
    }

    /// <summary>Weights into and out of the dead unit.</summary>
    private static IEnumerable<int> DeadWeights()
    {
        ParameterBlock into = Network.Layout["0.weight"], outOf = Network.Layout["2.weight"];
        return
        [
            .. Enumerable.Range(into.Offset + (Dead * into.Columns), into.Columns), Network.Layout["0.bias"].Offset + Dead,
            .. Enumerable.Range(0, outOf.Rows).Select(o => outOf.Offset + (o * outOf.Columns) + Dead),
        ];
    }
}
