using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Case A14: benchmark_bilevel's random quadratic, 100 + 100 dimensions. h(x) = F(z_*(x), x) with z_* = argmin G(., x) has the closed gradient
/// F_x - C^T A^-1 F_z; every estimator matches it to 1e-8, and descent along one brings ||grad h||^2 below 1e-6, from inner solutions and from warm starts (AmIGO).
/// </summary>
public sealed class BilevelQuadraticTests
{
    private const int Dimensions = 100;

    /// <summary>The case's, relative to the largest entry; the inner run stops at about 1e-13.</summary>
    private const double Tolerance = 1e-8;

    /// <summary>The smallest curvature of the mean is about .1 (1 - sqrt(100 / 1024))^2 = .047: 800 steps of 1 leave e^-38.</summary>
    private const int InnerSteps = 800;

    private static readonly CoupledQuadratic Inner = new(Dimensions, 10), Outer = new(Dimensions, 40);

    private static readonly Dictionary<string, Func<Hypergradient<double>>> Estimators = new(StringComparer.Ordinal)
    {
        ["conjugate gradients"] = () => new ImplicitMode<double>(ImplicitMethod.ConjugateGradient, 200, 1e-12),
        ["stationarity by Neumann's series"] = () => new ImplicitMode<double>(ImplicitMethod.StationarityNeumann, 3000, 1e-12),
        ["update by Neumann's series"] = () => new ImplicitMode<double>(ImplicitMethod.Neumann, 3000, 1e-12),
        ["update by its adjoint fixed point"] = () => new ImplicitMode<double>(ImplicitMethod.FixedPoint, 3000, 1e-12),
        ["update by normal equations"] = () => new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 1000, 1e-12),
        ["reverse"] = () => new ReverseMode<double>(),

        // The steps left out have a part of e^-(.047 600) = 6e-13.
        ["truncated reverse"] = () => new TruncatedReverseMode<double>(600),
        ["forward"] = () => new ForwardMode<double>(),
    };

    public static TheoryData<string> Names => [.. Estimators.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_estimator_is_the_closed_form(string name)
    {
        MetaGradient gradient = MetaGradient.Of(Problem(), new ValidationLoss<double>(), Estimators[name]());
        TrialProblem.AssertClose(ClosedForm(gradient.Meta.Of(MetaPlace.Objective)), gradient.At(MetaPlace.Objective), Tolerance, $"{name}: {gradient.Report.Verdict}");
    }

    [Fact]
    public void Descent_on_it_reaches_a_stationary_point()
    {
        InnerProblem<double> problem = Problem();
        MetaParameters<double> meta = problem.CreateMetaParameters();
        double[] natural = meta.Natural.ToArray();
        var mode = new ImplicitMode<double>(ImplicitMethod.ConjugateGradient, 200, 1e-10);
        double squared = double.PositiveInfinity;
        for (int step = 0; step < 300 && squared >= 1e-6; step++)
        {
            MetaGradient gradient = MetaGradient.Of(problem, new ValidationLoss<double>(), mode, meta);
            Vectors.AddScaled<double>(-.6, gradient.At(MetaPlace.Objective), meta.Slice(natural.AsSpan(), MetaPlace.Objective));
            meta.SetNatural(natural);
            squared = Vectors.SquaredNorm<double>(ClosedForm(meta.Of(MetaPlace.Objective)));
        }

        Assert.InRange(squared, 0, 1e-6);
    }

    [Fact]
    public void A_warm_started_loop_of_few_inner_steps_reaches_one_too()
    {
        // As AmIGO: the inner run goes on where the last one ended, for ten steps, and the system is solved roughly.
        double[] z = new double[Dimensions], x = Problem().CreateMetaParameters().Of(MetaPlace.Objective).ToArray();
        var mode = new ImplicitMode<double>(ImplicitMethod.ConjugateGradient, 200, 1e-5);
        double squared = double.PositiveInfinity;
        int steps = 0;
        for (; steps < 400 && squared >= 1e-6; steps++)
        {
            InnerProblem<double> problem = Problem(z, innerSteps: 10);
            MetaParameters<double> meta = problem.CreateMetaParameters();
            double[] natural = meta.Natural.ToArray();
            x.CopyTo(meta.Slice(natural.AsSpan(), MetaPlace.Objective));
            meta.SetNatural(natural);
            MetaGradient gradient = MetaGradient.Of(problem, new ValidationLoss<double>(), mode, meta);
            Vectors.AddScaled<double>(-.6, gradient.At(MetaPlace.Objective), x);
            z = problem.Descent.Theta.ToArray();
            squared = Vectors.SquaredNorm<double>(ClosedForm(x));
        }

        Assert.InRange(squared, 0, 1e-6);
        Assert.InRange(steps, 1, 399);
    }

    private static double[] ClosedForm(ReadOnlySpan<double> x)
    {
        double[] l = new double[Dimensions * Dimensions], z = new double[Dimensions], v = new double[Dimensions], zero = new double[Dimensions];
        Assert.True(Cholesky.TryFactor(Inner.A, Dimensions, l));
        double[] right = Inner.GradientInZ(zero, x);
        Vectors.Scale(-1.0, right);
        Cholesky.Solve(l, Dimensions, right, z);
        Cholesky.Solve(l, Dimensions, Outer.GradientInZ(z, x), v);
        double[] gradient = Outer.GradientInX(z, x);
        Gemm.MultiplyVector(false, Dimensions, Dimensions, -1.0, Inner.C, v, 1.0, gradient);
        return gradient;
    }

    private static InnerProblem<double> Problem(double[]? start = null, int innerSteps = InnerSteps)
    {
        var task = new ObjectiveTask<double>("bilevel", () => Inner, start ?? new double[Dimensions]) { Validation = () => Outer };
        return new InnerProblem<double>(
            task, new Sgd<double>(new SgdOptions { LearningRate = 1, Learn = [] }), new TaskInitialPoint<double>(), new Unroll(innerSteps, FullBatch: true));
    }
}
