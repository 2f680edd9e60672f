using MetaMirror.Certificates;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Certificates;

/// <summary>The bounds of PAPERS 6.8 come from identities of quadratics: they hold to rounding, for every u.</summary>
public sealed class CertificateIdentityTests
{
    private const double Rounding = 1e-12;

    [Theory]
    [InlineData(MomentumForm.None)]
    [InlineData(MomentumForm.HeavyBall)]
    [InlineData(MomentumForm.Nesterov)]
    [InlineData(MomentumForm.Optimistic)]
    public void The_Weighted_Linearized_Regret_Is_Its_Bound_Less_What_Is_Left_Of_The_Distance(MomentumForm momentum)
    {
        RandomStream stream = Divergences.Draws.Stream(95);
        for (int problem = 0; problem < 40; problem++)
        {
            int n = 2 + (problem % 4);
            double[] start = Divergences.Draws.Normal(ref stream, n, 1), u = Divergences.Draws.Normal(ref stream, n, 1);
            var geometry = new DiagonalGeometry(Divergences.Draws.Positive(ref stream, n));
            var loss = new RandomProblem(problem % RandomProblem.Kinds, n, u, ref stream);
            DescentForm form = new([.. Enumerable.Range(0, 12).Select(t => .1 * (1 - (t / 20.0)))])
            {
                Momentum = momentum, Mu = .7, Scaling = GradientScaling.DualNorm, Radius = .5,
            };
            RunSums sums = FormRun.Of(geometry, form, loss.Evaluate, start);
            double[] end = sums.Final.ToArray();
            if (momentum == MomentumForm.Optimistic)
            {
                // z_{T+1} = theta_1 - P^-1 sum c_t g_t.
                geometry.ApplyInverse(sums.WeightedGradient, end);
                end = [.. start.Zip(end, (x, d) => x - d)];
            }

            double bound = geometry.Bregman(u, start) + (sums.SquaredSteps / 2) - Vectors.Sum(sums.HintProducts);
            Assert.Equal(bound - geometry.Bregman(u, end), sums.LinearizedRegret(u), Rounding * (bound + geometry.Bregman(u, start) + geometry.Bregman(u, end)));
        }
    }

    [Fact]
    public void The_Universal_Bracket_Is_The_Largest_Linearized_Regret_On_The_Ball()
    {
        RandomStream stream = Divergences.Draws.Stream(96);
        double[] start = Divergences.Draws.Normal(ref stream, 4, 1);
        var geometry = new DiagonalGeometry(Divergences.Draws.Positive(ref stream, 4));
        var loss = new RandomProblem(RandomProblem.LogSumExp, 4, start, ref stream);
        RunSums sums = FormRun.Of(geometry, DescentForm.Constant(.2, 20), loss.Evaluate, start);
        const double D = 1.7;
        double norm = Math.Sqrt(geometry.SquaredDualNorm(sums.WeightedGradient)), bracket = sums.WeightedInner + (D * norm);
        double[] worst = new double[4];
        geometry.ApplyInverse(sums.WeightedGradient, worst);
        worst = [.. start.Zip(worst, (x, d) => x - (D * d / norm))];
        Assert.Equal(bracket, sums.LinearizedRegret(worst), Rounding * Math.Abs(bracket));
        for (int k = 0; k < 200; k++)
        {
            double[] u = Divergences.Draws.Normal(ref stream, 4, 1);
            double length = Math.Sqrt(2 * geometry.Bregman(u, new double[4]));
            Assert.True(sums.LinearizedRegret([.. start.Zip(u, (x, d) => x + (D * d / length))]) <= bracket + (Rounding * Math.Abs(bracket)));
        }
    }

    [Fact]
    public void Averages_Are_Weighted_As_The_Steps()
    {
        var sums = new RunSums(DiagonalGeometry.Euclidean(1), new DescentForm([1, 3]), 2);
        sums.Add([0], [-1], 5);
        sums.Add([1], [-2], 4);
        sums.Finish([7]);
        Assert.Equal((.75, .5, 7.0, 4.0), (sums.Average[0], sums.Mean[0], sums.Final[0], sums.WeightSum));
        Assert.Equal((-3.0, -7.0, -6.0, 37.0), (sums.GradientSum[0], sums.WeightedGradient[0], sums.WeightedInner, sums.SquaredSteps));
        Assert.Equal(0, sums.Deviation);
    }
}
