using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>The hand-designed rivals beyond the contract: whole runs on tensors of all kinds, hypergradients, memory.</summary>
public sealed class RivalTests
{
    private const int Steps = 12;

    /// <summary>12 steps of some thousand roundings of 1.1e-16 each; bases and orthogonal factors are conditioned by gaps of random spectra, up to some hundred times worse.</summary>
    private const double Tolerance = 1e-10;

    public static TheoryData<string> Names => [.. RivalCases.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_run_on_a_network_is_that_of_the_authors_algorithm(string name)
    {
        RuleCase c = RuleCases.Named(name);
        ParameterLayout layout = c.Double() is Soap<double> { Options.LargestDimension: > 5 } ? RivalCases.NearlySquare : RivalCases.Network;
        var stream = new RandomStream(new StreamKey(71, 0, 0, StreamPurpose.Test, 0));
        var run = new RuleRun<double>(c.Double(), layout);
        stream.FillNormal<double>(run.Values.Theta);
        Complex[] theta = [.. run.Values.Theta.Select(v => (Complex)v)], state = new Complex[run.Values.State.Length];
        for (int t = 0; t < Steps; t++)
        {
            stream.FillNormal<double>(run.Values.Gradient);
            var reference = new ReferenceIterate
            {
                Step = t, Steps = RuleRun<double>.Steps, Age = t, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = 1,
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            };
            c.Reference(reference);
            run.Step();
            Near($"theta at step {t}", theta, run.Values.Theta);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Hypergradients_refuse_it_by_name(string name)
    {
        UpdateRule<double> rule = RuleCases.Named(name).Double();
        var task = new ObjectiveTask<double>("bowl", () => new QuadraticObjective<double>([1, 0, 0, 1], [1, 1]), [1, 1]);
        var problem = new InnerProblem<double>(task, new Chain<double>(new LinearSchedule<double>(.05, learn: true), rule), new TaskInitialPoint<double>(), new Unroll(3, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        var error = Assert.ThrowsAny<Exception>(() => new ReverseMode<double>().Compute(problem, new FinalLoss<double>(), meta, default, new double[meta.Length], new double[meta.Length]));
        Assert.Contains(rule.Name, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Refreshes of bases and roots included: more steps than lie between two.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Steps_allocate_nothing_on_matrices_of_several_tiles(string name)
    {
        var layout = new ParameterLayout(("0.weight", [40, 96]), ("0.bias", [40]), ("1.weight", [40, 40]), ("2.weight", [10, 40]), ("2.bias", [10]));
        var stream = new RandomStream(new StreamKey(72, 0, 0, StreamPurpose.Test, 0));
        RuleRun<float> run = RuleRun<float>.At(1, RuleCases.Named(name).Single(), layout, ref stream);
        Allocation.AssertNone(run.Step, 25);
        Assert.True(Vectors.AllFinite<float>(run.Values.Theta));
    }

    [Theory, MemberData(nameof(Names))]
    public void Zero_gradients_leave_theta_where_decay_alone_brings_it(string name)
    {
        var run = new RuleRun<float>(RuleCases.Named(name).Single(), RivalCases.Network);
        for (int t = 0; t < Steps; t++)
            run.Step();
        Assert.All(run.Values.Theta, v => Assert.Equal(0, v));
        Assert.True(Vectors.AllFinite<float>(run.Values.State));
    }

    private static void Near(string what, Complex[] expected, double[] found)
    {
        double size = Math.Sqrt(expected.Sum(v => v.Real * v.Real)), error = Math.Sqrt(expected.Zip(found, (e, f) => (e.Real - f) * (e.Real - f)).Sum());
        Assert.True(error <= Tolerance * size, $"{what}: error {error}, size {size}");
    }
}
