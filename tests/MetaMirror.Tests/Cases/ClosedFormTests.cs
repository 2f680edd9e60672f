using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>PAPERS 6.6 (R9): the minimizers of the un-relaxed bound U(Q) = 1/2 tr(QA) + 1/2 tr(Q^-1 G), Q = P / eta, as the library finds them.</summary>
public sealed class ClosedFormTests
{
    private const double Printed = 1e-11;
    private static readonly double[] A = [2, .5, .5, 1], G = [1, -.3, -.3, 3];

    [Fact]
    public void Scalar_diagonal_and_full_minimizers_and_their_order()
    {
        double[] mean = new double[4], inverse = new double[4], root = new double[4], q = new double[4];
        SymmetricMatrix.Geodesic(A, G, 0.5, 2, mean);
        TrialProblem.AssertClose([1.3775242984, .132693266241, .132693266241, 1.65097945992], mean, Printed, "A # G");
        SymmetricMatrix.Power(A, 2, -1, double.NegativeInfinity, inverse);
        SymmetricMatrix.Geodesic(inverse, G, 0.5, 2, q);
        TrialProblem.AssertClose([.754286211957, -.311252717534, -.311252717534, 1.83802436614], q, Printed, "Q = A^-1 # G");
        SymmetricMatrix.Power(q, 2, -1, double.NegativeInfinity, root);
        TrialProblem.AssertClose([1.42535746386, .241371329053, .241371329053, .584936468695], root, Printed, "Q^-1");

        double full = .5 * (Trace(q, A) + Trace(root, G)), diagonal = Math.Sqrt(A[0] * G[0]) + Math.Sqrt(A[3] * G[3]), scalar = Math.Sqrt((A[0] + A[3]) * (G[0] + G[3]));
        Assert.Equal(3.03534407252, full, Printed * 3);
        Assert.Equal(3.14626436994, diagonal, Printed * 3);
        Assert.Equal(3.46410161514, scalar, Printed * 3);
        Assert.True(scalar >= diagonal && diagonal >= full);
    }

    [Theory]
    [InlineData("diagonal", new[] { .707106781187, 1.73205080757 }, 3.14626436994)]
    [InlineData("scalar", new[] { 1.15470053838 }, 3.46410161514)]
    [InlineData("block", new[] { .707106781187, 1.73205080757 }, 3.14626436994)]
    public void The_meta_step_finds_the_minimizer_of_its_family(string family, double[] q, double bound)
    {
        // Two runs of one step each whose displacements and gradients have exactly the diagonals of A and G.
        const double eta = .7;
        (Divergence<double> divergence, ParameterLayout layout) = Family(family);
        var step = new ClosedFormStep<double>(1, 0, 0);
        MetaParameters<double> meta = Learn(divergence, layout, eta, step, 1);
        double[] found = [.. meta.Of(MetaPlace.Rule)[..^1].ToArray().Select(p => p / eta)];
        TrialProblem.AssertClose(q, found, Printed, family);
        Assert.Equal(bound, Bound(divergence, layout, eta, meta), Printed * bound);
        foreach (double factor in (double[])[.9, 1.1])
        {
            var moved = new MetaParameters<double>(meta);
            double[] natural = meta.Natural.ToArray();
            natural[0] *= factor;
            moved.SetNatural(natural);
            Assert.True(Bound(divergence, layout, eta, moved) > bound);
        }
    }

    [Theory]
    [InlineData("diagonal")]
    [InlineData("scalar")]
    [InlineData("block")]
    public void Descent_on_the_direct_part_finds_the_same_minimizer(string family)
    {
        const double eta = .7;
        (Divergence<double> divergence, ParameterLayout layout) = Family(family);
        MetaParameters<double> closed = Learn(divergence, layout, eta, new ClosedFormStep<double>(1, 0, 0), 1);
        var step = new HypergradientStep<double>(new ReverseMode<double>(), new RegretBound<double>(), Families.Descent(.3), GradientPart.Direct);
        MetaParameters<double> descended = Learn(divergence, layout, eta, step, 400);
        TrialProblem.AssertClose(closed.Of(MetaPlace.Rule), descended.Of(MetaPlace.Rule), 1e-12, family);
    }

    [Fact]
    public void Damping_moves_the_logarithm_part_of_the_way()
    {
        const double eta = .7;
        (Divergence<double> divergence, ParameterLayout layout) = Family("diagonal");
        MetaParameters<double> full = Learn(divergence, layout, eta, new ClosedFormStep<double>(1, 0, 0), 1);
        MetaParameters<double> part = Learn(divergence, layout, eta, new ClosedFormStep<double>(.25, 0, 0), 1);
        for (int i = 0; i < 2; i++)
            Assert.Equal((.75 * Math.Log(Initial)) + (.25 * full.Raw[i]), part.Raw[i], 1e-14);
    }

    [Fact]
    public void Floors_keep_coordinates_without_data_in_place_of_nothing()
    {
        // A coordinate that never moved and never had a gradient gets zeta / eps.
        var task = new ObjectiveTask<double>("flat", () => new QuadraticObjective<double>([1, 0, 0, 0], [1, 0]), [0, 0]);
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([task]), new MirrorDescent<double>(new DiagonalQuadratic<double>(2), .5), new TaskInitialPoint<double>(), new Unroll(4, FullBatch: true),
            new ClosedFormStep<double>(1, 1e-3, 2e-3), new MetaLearnerOptions { OuterSteps = 1 });
        learner.Learn();
        Assert.Equal(.5 * 2, learner.Meta.Natural[1], 1e-12);
    }

    [Fact]
    public void A_relative_floor_is_the_mean_square_s_share_in_every_coordinate()
    {
        // theta = 0, .5, .75 with gradients -1 and -.5; the other coordinate has none, and gets the metric of the mean.
        var task = new ObjectiveTask<double>("flat", () => new QuadraticObjective<double>([1, 0, 0, 0], [1, 0]), [0, 0]);
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([task]), new MirrorDescent<double>(new DiagonalQuadratic<double>(2), 1), new TaskInitialPoint<double>(), new Unroll(2, FullBatch: true),
            new ClosedFormStep<double>(1, 0, 0, .01), new MetaLearnerOptions { OuterSteps = 1 });
        learner.Learn();
        double q = Math.Sqrt(1.25 / .5625);
        Assert.Equal(q, learner.Meta.Natural[0], 1e-12);
        Assert.Equal(q, learner.Meta.Natural[1], 1e-12);
    }

    [Theory]
    [InlineData(-1e-6, 0, 0, "displacementFloor")]
    [InlineData(0, double.NaN, 0, "gradientFloor")]
    [InlineData(0, 0, double.PositiveInfinity, "relativeFloor")]
    public void Floors_that_are_none_are_refused_by_name(double displacement, double gradient, double relative, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new ClosedFormStep<double>(.5, displacement, gradient, relative)).ParamName);

    [Fact]
    public void It_refuses_rules_without_such_a_metric_by_name()
    {
        foreach (UpdateRule<double> rule in (UpdateRule<double>[])[new Adam<double>(), new MirrorDescent<double>(new MaxOfDiagonals<double>(2), .1)])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => new MetaLearner<double>(
                Families.Quartics(1), rule, new TaskInitialPoint<double>(), new Unroll(2), new ClosedFormStep<double>(), new MetaLearnerOptions()));
            Assert.Contains($"'{rule.Name}' is none of them", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new ClosedFormStep<double>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClosedFormStep<double>(1.01));
    }

    private const double Initial = 1.3;

    private static (Divergence<double> Divergence, ParameterLayout Layout) Family(string family) => family switch
    {
        "diagonal" => (new DiagonalQuadratic<double>(Initial), ParameterLayout.Vector(2)),
        "scalar" => (new ScaledIdentity<double>(Initial), ParameterLayout.Vector(2)),
        _ => (new BlockScaled<double>(Initial), new ParameterLayout(("a", [1]), ("b", [1]))),
    };

    private static MetaParameters<double> Learn(Divergence<double> divergence, ParameterLayout layout, double eta, MetaStep<double> step, int outerSteps)
    {
        var learner = new MetaLearner<double>(
            new TaskFamily<double>([new ObjectiveTask<double>("fixed", () => new FixedTrajectory(layout), new double[2])]), new FixedDisplacement(divergence, eta),
            new TaskInitialPoint<double>(), new Unroll(1, FullBatch: true), step, new MetaLearnerOptions { OuterSteps = outerSteps, StoppingChange = 0 });
        learner.Learn();
        return learner.Meta;
    }

    private static double Bound(Divergence<double> divergence, ParameterLayout layout, double eta, MetaParameters<double> meta)
    {
        var rule = new FixedDisplacement(divergence, eta);
        var task = new ObjectiveTask<double>("fixed", () => new FixedTrajectory(layout), new double[2]);
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(1, FullBatch: true));
        return MetaGradient.Of(problem, new RegretBound<double>(), new ReverseMode<double>(), meta).Report.Value;
    }

    private static double Trace(double[] x, double[] y) => (x[0] * y[0]) + (x[1] * y[2]) + (x[2] * y[1]) + (x[3] * y[3]);

    /// <summary>A linear loss with gradients (1, sqrt 3): G_ii of R9.</summary>
    private sealed class FixedTrajectory(ParameterLayout layout) : Objective<double>
    {
        public override ParameterLayout Layout { get; } = layout;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            double[] g = [Math.Sqrt(G[0]), Math.Sqrt(G[3])];
            if (!gradient.IsEmpty)
                g.CopyTo(gradient);
            return Vectors.Dot<double>(g, theta);
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) => products.Clear();
    }
}
