using MetaMirror.Certificates;
using MetaMirror.Datasets;
using MetaMirror.Divergences;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Certificates;

/// <summary>What objectives say of their curvature, against their Hessians; and the reference solution.</summary>
public sealed class CurvatureTests
{
    private static readonly Dataset<double> Classes = Objectives.Draws.Classification<double>(30, 4, 2);
    private static readonly Dataset<double> Targets = Objectives.Draws.Regression<double>(30, 4);

    /// <summary>An objective that claims to be convex joins in one line.</summary>
    private static Dictionary<string, Func<Objective<double>>> Convex => new(StringComparer.Ordinal)
    {
        ["quadratic"] = () => new QuadraticObjective<double>([2, .5, .5, 1], [1, -1]),
        ["linear regression"] = () => new LinearRegression<double>(Targets),
        ["logistic regression"] = () => new LogisticRegression<double>(Classes),
        ["softmax regression"] = () => new SoftmaxRegression<double>(Classes),
        ["linear network, cross-entropy"] = () => new NetworkObjective<double>(Network.Mlp(4, 1), Classes),
        ["linear network, softmax"] = () => new NetworkObjective<double>(Network.Mlp(4, 2), Classes),
        ["linear network, squares"] = () => new NetworkObjective<double>(Network.Mlp(4, 1), Targets),
        ["with l2"] = () => new Regularized<double>(new LogisticRegression<double>(Classes), RegularizerWeight.Fixed(.1)),
        ["proximal"] = () => new Proximal<double>(new LinearRegression<double>(Targets), .3),
    };

    public static TheoryData<string> Names { get; } = [.. Convex.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_Hessian_Lies_Between_The_Bounds(string name)
    {
        Objective<double> objective = Convex[name]();
        double[] meta = Meta(objective);
        LossCurvature curvature = objective.Curvature(meta);
        Assert.True(curvature.IsConvex);
        int n = objective.Layout.Length;
        for (uint draw = 0; draw < 5; draw++)
        {
            double[] theta = Objectives.Draws.Normal<double>(n, 100 + draw), identity = new double[n * n], hessian = new double[n * n], values = new double[n];
            for (int i = 0; i < n; i++)
                identity[(i * n) + i] = 1;
            objective.HessianVectorProducts(theta, meta, BatchKey.Full, n, identity, hessian);
            SymmetricEigen.Decompose(hessian, n, values, new double[n * n]);
            Assert.InRange(values[0], curvature.StrongConvexity - 1e-12, double.PositiveInfinity);
            Assert.InRange(values[^1], 0, curvature.Smoothness * (1 + 1e-12));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_Reference_Solution_Is_Optimal_To_Rounding(string name)
    {
        Objective<double> objective = Convex[name]();
        double[] meta = Meta(objective), start = Objectives.Draws.Normal<double>(objective.Layout.Length, 200), g = new double[start.Length];
        var solution = ReferenceSolution.Of<double>(objective, meta, start, TestContext.Current.CancellationToken);
        double first = objective.Evaluate(start, meta, BatchKey.Full, g), size = Math.Sqrt(g.Sum(x => x * x));
        Assert.True(solution.Loss <= first);
        Assert.True(solution.GradientNorm <= 1e-9 * size, $"gradient {solution.GradientNorm} beside {size} at first");
    }

    [Fact]
    public void Nothing_Is_Claimed_Of_What_Is_Not_Convex()
    {
        Assert.False(new QuadraticObjective<double>([1, 0, 0, -1], [0, 0]).Curvature([]).IsConvex);
        Assert.False(new Rosenbrock<double>().Curvature([]).IsConvex);
        Assert.False(new NetworkObjective<double>(Network.Mlp(4, 3, 1), Classes).Curvature([]).IsConvex);
        Assert.False(new NetworkObjective<double>(Network.Mlp(new Tanh(), [4, 3, 1]), Classes).Curvature([]).IsConvex);
        var regularized = new Regularized<double>(new NetworkObjective<double>(Network.Mlp(4, 3, 1), Classes), RegularizerWeight.Fixed(.1));
        Assert.Equal(LossCurvature.Unknown, regularized.Curvature(Meta(regularized)) with { Smoothness = double.PositiveInfinity });
    }

    [Fact]
    public void The_Minimizer_Lies_Within_The_Distance_That_Strong_Convexity_Gives()
    {
        var objective = new QuadraticObjective<double>([2, .5, .5, 1], [1, -1]);
        double[] minimizer = [6 / 7.0, -10 / 7.0], u = [.8, -1.3], g = new double[2];
        double loss = objective.Evaluate(u, [], BatchKey.Full, g), least = objective.Evaluate(minimizer, [], BatchKey.Full, []);
        var near = Comparator.Near(u, Math.Sqrt(Vectors.SquaredNorm<double>(g)), objective.Curvature([]));
        var geometry = new DiagonalGeometry([3, .5]);
        Assert.True(near.IsMinimizer);
        Assert.InRange(Math.Sqrt(2 * geometry.Bregman(minimizer, [0, 0])), 0, near.Distance(geometry, [0, 0]));
        Assert.InRange(loss - least, 0, near.LossGap);
        Assert.False(Comparator.Near(u, 1, LossCurvature.Convex).IsMinimizer);
    }

    [Fact]
    public void A_Divergence_Is_Its_Own_Geometry()
    {
        ParameterLayout layout = ParameterLayout.Vector(3);
        double[] p = [2, .5, 1], x = [1, -2, 3], y = [.5, 1, -1], g = [1, 2, 3], one = new double[3], two = new double[3];
        var divergence = new DiagonalQuadratic<double>();
        Geometry own = new DivergenceGeometry<double>(divergence, layout, p), diagonal = DivergenceGeometry<double>.Of(divergence, layout, p);
        Assert.IsType<DiagonalGeometry>(diagonal);
        Assert.Equal(diagonal.Bregman(x, y), own.Bregman(x, y), 12);
        Assert.Equal(diagonal.SquaredDualNorm(g), own.SquaredDualNorm(g), 12);
        own.ApplyInverse(g, one);
        diagonal.ApplyInverse(g, two);
        Assert.Equal(two, one);
        Assert.InRange(.5, own.Least, own.Largest);
        Assert.InRange(2, own.Least, own.Largest);
        Geometry maximum = DivergenceGeometry<double>.Of(new MaxOfDiagonals<double>(2), layout, [1, 2, 3, 3, 2, 1]);
        Assert.False(maximum.IsQuadratic);
        Assert.Throws<NotSupportedException>(() => maximum.ApplyInverse(g, one));
    }

    private static double[] Meta(Objective<double> objective) => new MetaParameters<double>([], [], objective.MetaSpecs).Natural.ToArray();
}
