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
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A8: TorchOpt's cross-checks of the implicit solvers at their sizes; here every solver agrees, and none is skipped.</summary>
public sealed class ImplicitSolverTests
{
    private const int Features = 10;
    private const int Rows = 1024;
    private const int Batches = 4;

    /// <summary>Solvers stop at a relative residual of 1e-13; curvatures differ by less than a factor of 50.</summary>
    private const double Tolerance = 1e-11;

    private static readonly Network Layer = Network.Mlp(Features, Features);
    private static readonly double[] Ones = [.. Layer.Layout.Blocks.SelectMany(b => Enumerable.Repeat(b.IsMatrix ? 1.0 : 0, b.Length))];
    private static readonly ImplicitMethod[] Methods = Enum.GetValues<ImplicitMethod>();

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-4)]
    public void Ridge_weights_after_four_outer_steps_are_the_same_by_every_solver(double rate)
    {
        var stream = new RandomStream(new StreamKey(2024, 60, 0, StreamPurpose.Test, 0));
        double[] start = new double[Features];
        for (int i = 0; i < Features; i++)
            start[i] = stream.NextDouble();
        double[] exact = [.. start];
        for (int b = 0; b < Batches; b++)
            MoveExactly(exact, b, rate);

        foreach (ImplicitMethod method in Methods)
        {
            double[] l2 = [.. start];
            for (int b = 0; b < Batches; b++)
                Move(l2, b, rate, new ImplicitMode<double>(method, 2000, 1e-13));
            TrialProblem.AssertClose(Moved(start, exact), Moved(start, l2), Tolerance, method.ToString());
        }
    }

    public static TheoryData<double, int, double> Proximals => new(
        from inner in (double[])[2e-2, 2e-3] from steps in (int[])[20, 50, 100] from outer in (double[])[1e-3, 1e-4] select (inner, steps, outer));

    [Theory, MemberData(nameof(Proximals))]
    public void Proximal_centers_after_four_outer_steps_are_the_same_by_every_solver(double inner, int steps, double outer)
    {
        double[] exact = [.. Ones];
        for (int b = 0; b < Batches; b++)
            Vectors.AddScaled<double>(-outer, ExactGradient(ImamlTask(b, exact), Imaml(b, exact, inner, steps)), exact);

        foreach (ImplicitMethod method in Methods)
        {
            double[] center = [.. Ones];
            for (int b = 0; b < Batches; b++)
                Vectors.AddScaled<double>(-outer, Gradient(Imaml(b, center, inner, steps), new ImplicitMode<double>(method, 30_000, 1e-13)), center);
            TrialProblem.AssertClose(Moved(Ones, exact), Moved(Ones, center), Tolerance, method.ToString());
        }
    }

    [Fact]
    public void Where_the_proximal_run_has_converged_the_unrolled_gradient_is_the_same()
    {
        InnerProblem<double> converged = Imaml(0, Ones, .2, 400);
        TrialProblem.AssertClose(Gradient(converged, new ReverseMode<double>()), Gradient(converged, new ImplicitMode<double>(ImplicitMethod.Neumann, 2000, 1e-13)), Tolerance, "unrolled");
    }

    /// <summary>iMAML: one linear layer, mean squared error of 8 examples + 1/2 ||p - center||^2, from the center. Quadratic, so even off convergence the systems are the same.</summary>
    private static ObjectiveTask<double> ImamlTask(int batch, double[] center)
    {
        Dataset<double> train = Draws.Regression<double>(8, Features, Features, (uint)(90 + (2 * batch))), validation = Draws.Regression<double>(8, Features, Features, (uint)(91 + (2 * batch)));
        return new ObjectiveTask<double>("imaml", () => new Proximal<double>(new NetworkObjective<double>(Layer, train), 1, [.. center]), [.. center])
        {
            Validation = () => new NetworkObjective<double>(Layer, validation),
        };
    }

    private static InnerProblem<double> Imaml(int batch, double[] center, double rate, int steps) => new(
        ImamlTask(batch, center), new Sgd<double>(new SgdOptions { LearningRate = rate, Learn = [] }), new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));

    /// <summary>(X^T X + I)^-1 dE/dp at the end of the run, by Cholesky.</summary>
    private static double[] ExactGradient(ObjectiveTask<double> task, InnerProblem<double> problem)
    {
        int n = Ones.Length;
        MetaParameters<double> meta = problem.CreateMetaParameters();
        problem.Start(meta, default);
        problem.Descent.Run();
        ReadOnlySpan<double> end = problem.Descent.Theta, center = meta.Of(MetaPlace.Objective);
        double[] h = new double[n * n], l = new double[n * n], units = new double[n * n], slope = new double[n], p = new double[n];
        for (int i = 0; i < n; i++)
            units[i * (n + 1)] = 1;
        task.CreateTrainingObjective().HessianVectorProducts(end, center, BatchKey.Full, n, units, h);
        task.CreateValidationObjective()!.Evaluate(end, [], BatchKey.Full, slope);
        Assert.True(Cholesky.TryFactor(h, n, l));
        Cholesky.Solve(l, n, slope, p);
        return p;
    }

    private static double[] Moved(double[] start, double[] end) => [.. end.Zip(start, (e, s) => e - s)];

    private static double[] Gradient(InnerProblem<double> problem, Hypergradient<double> hypergradient) =>
        MetaGradient.Of(problem, new ValidationLoss<double>(), hypergradient).At(MetaPlace.Objective);

    private static void Move(double[] l2, int batch, double rate, Hypergradient<double> hypergradient)
    {
        (Dataset<double> train, Dataset<double> validation) = Batch(batch);
        var task = new ObjectiveTask<double>(
            "ridge", () => new Regularized<double>(new LinearRegression<double>(train, bias: false), new RegularizerWeight(1, RegularizerKind.PerCoordinate)), new double[Features])
        {
            Validation = () => new LinearRegression<double>(validation, bias: false),
        };

        // The step is below 1 over the largest curvature: the spectral radius of the update is below 1 and the series converges.
        var rule = new Sgd<double>(new SgdOptions { LearningRate = 0.3, Learn = [] });
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(800, FullBatch: true));
        MetaParameters<double> meta = problem.CreateMetaParameters();
        double[] natural = meta.Natural.ToArray();
        l2.CopyTo(meta.Slice(natural.AsSpan(), MetaPlace.Objective));
        meta.SetNatural(natural);
        MetaGradient gradient = MetaGradient.Of(problem, new ValidationLoss<double>(), hypergradient, meta);
        Assert.InRange(gradient.Report.FixedPointResidual!.Value, 0, 1e-13);
        Vectors.AddScaled<double>(-rate, gradient.At(MetaPlace.Objective), l2);
    }

    /// <summary>dE/dl_i = -w_i p_i with (X^T X / n + diag l) w = X^T y / n and (X^T X / n + diag l) p = dE/dw, by Cholesky.</summary>
    private static void MoveExactly(double[] l2, int batch, double rate)
    {
        (Dataset<double> train, Dataset<double> validation) = Batch(batch);
        double[] zero = new double[Features], b = new double[Features], w = new double[Features], slope = new double[Features], p = new double[Features];
        double[] h = new double[Features * Features], l = new double[Features * Features];
        var objective = new LinearRegression<double>(train, bias: false);
        objective.Evaluate(zero, [], BatchKey.Full, b);
        Vectors.Scale(-1.0, b);
        for (int i = 0; i < Features; i++)
        {
            double[] unit = new double[Features];
            unit[i] = 1;
            objective.HessianVectorProducts(zero, [], BatchKey.Full, 1, unit, h.AsSpan(i * Features, Features));
            h[(i * Features) + i] += l2[i];
        }

        Assert.True(Cholesky.TryFactor(h, Features, l));
        Cholesky.Solve(l, Features, b, w);
        new LinearRegression<double>(validation, bias: false).Evaluate(w, [], BatchKey.Full, slope);
        Cholesky.Solve(l, Features, slope, p);
        for (int i = 0; i < Features; i++)
            l2[i] += rate * w[i] * p[i];
    }

    private static (Dataset<double> Train, Dataset<double> Validation) Batch(int number) =>
        (Draws.Regression<double>(Rows, Features, name: (uint)(70 + (2 * number))), Draws.Regression<double>(Rows, Features, name: (uint)(71 + (2 * number))));
}
