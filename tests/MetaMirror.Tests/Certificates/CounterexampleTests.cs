using MetaMirror.Certificates;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Certificates;

/// <summary>Runs on which a bound without its premise would be wrong: each is refused for that premise.</summary>
public sealed class CounterexampleTests
{
    [Fact]
    public void A_Comparator_Outside_The_Simplex_Is_Refused()
    {
        // The minimum of 1/2 ||x||^2 - 3 (x1 + x2) is (3, 3), which no run of entropy steps can come near.
        RunCertificationResult result = Entropy([3, 3]);
        Assert.NotEmpty(result.Certificates);
        Assert.All(result.Certificates.Where(c => c.Name != "gradient-at-end"), c =>
        {
            Assert.True(c.IsRefused, c.Verdict);
            Assert.Contains("lies where the potential lives", c.Verdict, StringComparison.Ordinal);
        });

        // Against a solution on the simplex there is nothing to refuse.
        Certificate inside = Entropy([.3, .7]).Certificates.Single(c => c.Name == "regret");
        Assert.False(inside.IsRefused || inside.IsExceeded, inside.Verdict);

        static RunCertificationResult Entropy(double[] b)
        {
            var task = new ObjectiveTask<double>("bowl", () => new QuadraticObjective<double>([1, 0, 0, 1], b), [.5, .5]);
            var problem = new InnerProblem<double>(task, new MirrorDescent<double>(new NegativeEntropy<double>(), .1), new TaskInitialPoint<double>(), new Unroll(1000, FullBatch: true));
            return new RunCertification<double>(problem, problem.CreateMetaParameters()).Run(BatchKey.Full, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(.5, .5, true)]
    [InlineData(0, 1, true)]
    [InlineData(.5, .500001, false)]
    [InlineData(-.1, 1.1, false)]
    [InlineData(double.NaN, 1, false)]
    public void A_Simplex_Contains_Its_Points_Alone(double x, double y, bool inside)
    {
        Assert.Equal(inside, new DivergenceGeometry<double>(new NegativeEntropy<double>(), ParameterLayout.Vector(2), []).Contains([x, y]));
        Assert.True(DiagonalGeometry.Euclidean(2).Contains([x, y]));
    }
}
