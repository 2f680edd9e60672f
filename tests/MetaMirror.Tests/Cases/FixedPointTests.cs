using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A12: JAXopt's fixed points, each run by the one inner loop as an update rule.</summary>
public sealed class FixedPointTests
{
    private static readonly double RootOfCosine = 0.739085133215160641655;

    [Fact]
    public void X_equals_cos_x()
    {
        InnerProblem<double> problem = Problem(new CosineMap(), [1], [1], 200);
        problem.Start(problem.CreateMetaParameters(), default);
        Assert.False(problem.Descent.Run().Diverged);
        Assert.Equal(RootOfCosine, problem.Descent.Theta[0], 1e-15);
    }

    [Theory]
    [InlineData(ImplicitMethod.Neumann)]
    [InlineData(ImplicitMethod.FixedPoint)]
    [InlineData(ImplicitMethod.NormalConjugateGradient)]
    public void Its_derivative_in_a_shift_is_1_over_1_plus_sine(ImplicitMethod method)
    {
        InnerProblem<double> problem = Problem(new CosineMap(), [1], [1], 200);
        double[] total = Gradient(problem, new ImplicitMode<double>(method, 500, 1e-15));
        Assert.Equal(1 / (1 + Math.Sin(RootOfCosine)), total[0], 1e-13);
        Assert.Equal(0.5975100456753, total[0], 1e-12);
        Assert.Equal(total[0], Gradient(problem, new ReverseMode<double>())[0], 1e-13);
    }

    [Fact]
    public void Geometric_map_stops_after_2995_steps()
    {
        InnerProblem<double> problem = Problem(new AffineMap([0.9, 0, 0, 0, 0.99, 0, 0, 0, 0.999], new double[3]), [1, 0.4, -0.2], [1, 1, 1], 8000);
        Descent<double> descent = problem.Descent;
        problem.Start(problem.CreateMetaParameters(), default);
        double[] previous;
        double change;
        do
        {
            previous = descent.Theta.ToArray();
            Assert.True(descent.Evaluate());
            descent.Advance();
            change = Draws.Norm([.. descent.Theta.ToArray().Zip(previous, (a, b) => a - b)]);
        }
        while (change > 1e-5 && descent.Position < descent.Unroll.Steps);

        // The point whose own change is within the tolerance was reached one step earlier.
        Assert.Equal(2995, descent.Position - 1);
        Assert.Equal(0.00999234, Draws.Norm(previous), 5e-9);
    }

    [Fact]
    public void Contraction_in_200_dimensions_unrolled_and_implicit()
    {
        const int n = 200;
        double[] m = Contraction(n), b = Draws.Normal<double>(n, 91), weights = Draws.Normal<double>(n, 92);
        InnerProblem<double> problem = Problem(new AffineMap(m, b), new double[n], weights, 60);
        double[] unrolled = Gradient(problem, new ReverseMode<double>());
        foreach (ImplicitMethod method in (ImplicitMethod[])[ImplicitMethod.Neumann, ImplicitMethod.FixedPoint, ImplicitMethod.NormalConjugateGradient])
            TrialProblem.AssertClose(unrolled, Gradient(problem, new ImplicitMode<double>(method, 200, 1e-14)), 1e-12, method.ToString());

        // Affine, so a central difference has no truncation error; the peer's step.
        const double h = 1e-4;
        double[] differences = [.. Enumerable.Range(0, n).Select(i => (Value(problem, b, i, h) - Value(problem, b, i, -h)) / (2 * h))];
        TrialProblem.AssertClose(differences, unrolled, 1e-9, "differences");
    }

    private static double Value(InnerProblem<double> problem, double[] b, int index, double h)
    {
        MetaParameters<double> meta = problem.CreateMetaParameters();
        double[] moved = [.. b];
        moved[index] += h;
        meta.SetNatural(moved);
        problem.Start(meta, default);
        Assert.False(problem.Descent.Run().Diverged);
        return problem.Descent.Objective.Evaluate(problem.Descent.Theta, [], BatchKey.Full, []);
    }

    /// <summary>A symmetric matrix of spectral radius .49.</summary>
    private static double[] Contraction(int n)
    {
        double[] a = Draws.Normal<double>(n * n, 90), m = new double[n * n], values = new double[n], vectors = new double[n * n];
        for (int i = 0; i < n * n; i++)
            m[i] = a[i] + a[(i % n * n) + (i / n)];
        SymmetricEigen.Decompose(m, n, values, vectors);
        Vectors.Scale(0.49 / values.Max(Math.Abs), m);
        return m;
    }

    private static double[] Gradient(InnerProblem<double> problem, Hypergradient<double> hypergradient) =>
        MetaGradient.Of(problem, new FinalLoss<double>(), hypergradient).Total;

    /// <summary>The map from a start, with the linear loss sum_i weights_i theta_i at the end.</summary>
    private static InnerProblem<double> Problem(MapRule map, double[] start, double[] weights, int steps)
    {
        double[] b = [.. weights.Select(w => -w)];
        var task = new ObjectiveTask<double>("fixed point", () => new QuadraticObjective<double>(new double[b.Length * b.Length], b), start);
        return new InnerProblem<double>(task, map, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
    }
}
