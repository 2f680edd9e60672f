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

/// <summary>Case A8: TorchOpt's cross-checks of the implicit solvers, on smaller batches; here every solver agrees, and none is skipped.</summary>
public sealed class ImplicitSolverTests
{
    private const int Features = 10;
    private const int Rows = 64;

    /// <summary>Solvers stop at a relative residual of 1e-13; curvatures differ by less than a factor of 50.</summary>
    private const double Tolerance = 1e-11;

    private static readonly ImplicitMethod[] Methods = Enum.GetValues<ImplicitMethod>();

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-1)]
    public void Ridge_weights_after_four_outer_steps_are_the_same_by_every_solver(double rate)
    {
        double[] start = [.. Draws.Normal<double>(Features, 60).Select(x => 1 / (1 + Math.Exp(-x)))];
        double[] exact = [.. start];
        for (int b = 0; b < 4; b++)
            MoveExactly(exact, b, rate);

        foreach (ImplicitMethod method in Methods)
        {
            double[] l2 = [.. start];
            for (int b = 0; b < 4; b++)
                Move(l2, b, rate, new ImplicitMode<double>(method, 2000, 1e-13));
            TrialProblem.AssertClose(exact, l2, Tolerance, method.ToString());
        }
    }

    [Theory]
    [InlineData(2e-2, 20)]
    [InlineData(2e-2, 100)]
    [InlineData(2e-3, 50)]
    public void Proximal_meta_gradients_are_the_same_by_every_solver(double rate, int steps)
    {
        // iMAML: one linear layer of ones, mean squared error + 1/2 ||p - p_meta||^2. Quadratic, so even off convergence the systems are the same.
        Network network = Network.Mlp(Features, Features);
        double[] ones = [.. network.Layout.Blocks.SelectMany(b => Enumerable.Repeat(b.IsMatrix ? 1.0 : 0, b.Length))];
        Dataset<double> train = Draws.Regression<double>(8, Features, Features, 61), validation = Draws.Regression<double>(8, Features, Features, 62);
        var task = new ObjectiveTask<double>("imaml", () => new Proximal<double>(new NetworkObjective<double>(network, train), 1, [.. ones]), ones)
        {
            Validation = () => new NetworkObjective<double>(network, validation),
        };
        var rule = new Sgd<double>(new SgdOptions { LearningRate = rate, Learn = [] });
        var problem = new InnerProblem<double>(task, rule, new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
        double[][] gradients = [.. Methods.Select(m => Gradient(problem, new ImplicitMode<double>(m, 30_000, 1e-13)))];
        for (int i = 1; i < gradients.Length; i++)
            TrialProblem.AssertClose(gradients[0], gradients[i], Tolerance, $"{Methods[i]} against {Methods[0]}");

        // At convergence the unrolled gradient is the same.
        var converged = new InnerProblem<double>(task, new Sgd<double>(new SgdOptions { LearningRate = 0.2, Learn = [] }), new TaskInitialPoint<double>(), new Unroll(400, FullBatch: true));
        TrialProblem.AssertClose(Gradient(converged, new ReverseMode<double>()), Gradient(converged, new ImplicitMode<double>(ImplicitMethod.Neumann, 2000, 1e-13)), Tolerance, "unrolled");
    }

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
