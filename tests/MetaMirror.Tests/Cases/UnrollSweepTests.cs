using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Case A10: higher's sweep. The gradient of the last loss in the initial weights through five steps of every optimizer, on networks with ReLU, shared
/// and unused parameters; 50 trials, all of which must agree (the peer is content with 60 % at .1), with exact derivatives as the oracle.
/// </summary>
public sealed class UnrollSweepTests
{
    private const int Trials = 50;
    private const int Steps = 5;

    /// <summary>
    /// The case asks for 1e-5. Rules that divide by a root of small gradients enlarge the rounding of those gradients (1e-16 of the largest) by up to
    /// the ratio of the largest to the smallest, which is below 1e6 here.
    /// </summary>
    private const double Tolerance = 1e-9;

    private static readonly Dictionary<string, (UpdateRule<double> Rule, ReferenceStep Reference)> Rules = new(StringComparer.Ordinal)
    {
        ["sgd"] = Sgd(new() { LearningRate = .1 }),
        ["sgd-momentum"] = Sgd(new() { LearningRate = .1, Momentum = .1 }),
        ["nesterov"] = Sgd(new() { LearningRate = .1, Momentum = .1, Nesterov = true }),
        ["sgd-weight-decay"] = Sgd(new() { LearningRate = .1, Momentum = .1, WeightDecay = .1 }),
        ["adam"] = (new Adam<double>(Moments), ReferenceRules.Adam(Moments)),
        ["adamw"] = (new AdamW<double>(Moments), ReferenceRules.Adam(Moments, decoupled: true)),
        ["nadam"] = (new NAdam<double>(Dozat), ReferenceRules.NAdam(Dozat)),
        ["adagrad"] = (new AdaGrad<double>(Accumulated), ReferenceRules.AdaGrad(Accumulated)),
        ["rmsprop"] = (new RmsProp<double>(Squares), ReferenceRules.RmsProp(Squares)),
        ["rmsprop-centered"] = (new RmsProp<double>(Squares with { Centered = true, Momentum = .1 }), ReferenceRules.RmsProp(Squares with { Centered = true, Momentum = .1 })),
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    private static AdamOptions Moments => new() { LearningRate = .1 };

    private static NAdamOptions Dozat => new() { LearningRate = .1 };

    private static AdaGradOptions Accumulated => new() { LearningRate = .1 };

    private static RmsPropOptions Squares => new() { LearningRate = .1 };

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_of_the_last_loss_in_the_initial_weights(string name)
    {
        (UpdateRule<double> rule, ReferenceStep reference) = Rules[name];
        for (int trial = 0; trial < Trials; trial++)
        {
            Network network = Make(trial % 4);
            Dataset<double> data = Draws.Classification<double>(6, 4, 2, (uint)(500 + trial));
            var stream = new RandomStream(new StreamKey(10, 0, (uint)trial, StreamPurpose.Test, 0));
            double[] start = new double[network.Layout.Length];
            network.Initialize<double>(ref stream, start);
            double[] expected = new ComplexTraining(network, data, rule, reference, Steps).InitialGradient(start);
            TrialProblem.AssertClose(expected, Reverse(network, data, rule, start), Tolerance, $"trial {trial}, {network}");
        }
    }

    internal static double[] Reverse(Network network, Dataset<double> data, UpdateRule<double> rule, double[] start)
    {
        var task = new ObjectiveTask<double>("sweep", () => new NetworkObjective<double>(network, data), start);
        var problem = new InnerProblem<double>(task, rule, new LearnedInitialPoint<double>([.. start]), new Unroll(Steps, FullBatch: true));
        return MetaGradient.Of(problem, new FinalLoss<double>(), new ReverseMode<double>()).At(MetaPlace.InitialPoint);
    }

    /// <summary>The peer's network, with Tanh for its ReLU, with a layer used twice, and with a tensor that nothing reads.</summary>
    internal static Network Make(int variant)
    {
        var shared = new Linear(4, 4);
        return variant switch
        {
            0 => new NetworkBuilder().Linear(4, 3).ReLU().Linear(3, 4, bias: false).Sigmoid().Linear(4, 2).Build(),
            1 => new NetworkBuilder().Linear(4, 3).Tanh().Linear(3, 4, bias: false).Sigmoid().Linear(4, 2).Build(),
            2 => new NetworkBuilder().Add(shared).ReLU().Add(shared).Sigmoid().Linear(4, 2).Build(),
            _ => new NetworkBuilder().Linear(4, 3).ReLU().Linear(3, 2).Unused("unused", 2, 2).Build(),
        };
    }

    private static (UpdateRule<double> Rule, ReferenceStep Reference) Sgd(SgdOptions options) => (new Sgd<double>(options), ReferenceRules.Sgd(options));
}
