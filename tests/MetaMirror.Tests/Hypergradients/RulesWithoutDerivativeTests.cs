using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>
/// Every rule without derivatives is refused before its run begins, by every estimator that asks for them. Not among these, by design: the direct part, which takes none of the rule, and the proximal
/// estimator, which differentiates a minimum instead and refuses what is no mirror descent.
/// </summary>
public sealed class RulesWithoutDerivativeTests
{
    private static readonly Hypergradient<double>[] Estimators =
    [
        new ForwardMode<double>(), new ForwardMode<double>(clipping: 1), new ReverseMode<double>(), new TruncatedReverseMode<double>(2), new WindowedReverseMode<double>(2),
        new WindowedReverseMode<double>(2, constantGradients: true), .. Enum.GetValues<ImplicitMethod>().Select(m => new ImplicitMode<double>(m)),
    ];

    public static TheoryData<string> Names => UpdateRuleContract.OtherNames;

    [Theory, MemberData(nameof(Names))]
    public void They_are_refused_by_name(string name)
    {
        UpdateRule<double> rule = RuleCases.Named(name).Double();
        var scheduled = new Chain<double>(new LinearSchedule<double>(.05, learn: true), rule);
        foreach (UpdateRule<double> whole in (UpdateRule<double>[])[rule, scheduled])
        {
            var task = new ObjectiveTask<double>("bowl", () => new QuadraticObjective<double>([1, 0, 0, 1], [1, 1]), [1, 1]);
            var problem = new InnerProblem<double>(task, whole, new LearnedInitialPoint<double>([1, 1]), new Unroll(3, FullBatch: true));
            MetaParameters<double> meta = problem.CreateMetaParameters();
            MetaObjective<double> final = new FinalLoss<double>().ForThread(whole, task.Layout);
            double[] total = [.. Enumerable.Repeat(7.0, meta.Length)], direct = [.. total];
            foreach (Hypergradient<double> estimator in Estimators)
            {
                string message = Assert.Throws<ArgumentException>(() => estimator.ForThread().Compute(problem, final, meta, default, total, direct)).Message;
                Assert.Contains($"'{whole.Name}' has no derivatives, so {estimator.Name} can't", message, StringComparison.Ordinal);
                Assert.Contains(rule.Name, message, StringComparison.Ordinal);
            }

            Assert.Equal(0, problem.Descent.GradientCount);
            Assert.All((double[])[.. total, .. direct], v => Assert.Equal(7, v));
        }
    }

    /// <summary>Those of which the table above must not run out.</summary>
    [Theory]
    [InlineData("aruba-plus"), InlineData("osgm"), InlineData("prodigy"), InlineData("muon"), InlineData("soap"), InlineData("shampoo"), InlineData("lion"), InlineData("schedule-free")]
    [InlineData("averaged-iterates"), InlineData("averaged-element"), InlineData("bootstrapped-scalar"), InlineData("meta-gradient-scalar"), InlineData("online-anchored-memory")]
    public void They_are_in_the_table(string name) => Assert.Contains(name, Names.Select(row => row.Data));
}
