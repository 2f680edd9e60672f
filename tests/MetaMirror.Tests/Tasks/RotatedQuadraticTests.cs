using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Divergences;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.Objectives;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.Tasks;

/// <summary>The negative control: what it is, and that it does what it is for: the best diagonal does nothing in the rotated family and all in the eigenbasis.</summary>
public sealed class RotatedQuadraticTests
{
    private const int N = 100;

    /// <summary>Gram-Schmidt twice leaves a few roundings of 100 terms.</summary>
    private const double Rounding = 1e-13;

    [Fact]
    public void The_rotation_is_one_and_the_tasks_share_it()
    {
        double[] v = RotatedQuadraticFamily.Rotation(3, N), square = new double[N * N];
        Gemm.Multiply<double>(false, true, N, N, N, 1, v, v, 0, square);
        for (int i = 0; i < N * N; i++)
            Assert.Equal(i % (N + 1) == 0 ? 1 : 0, square[i], Rounding);
        TaskFamily<double> family = RotatedQuadraticFamily.Of<double>(3, tasks: 3);
        Assert.Equal(["quadratic-0", "quadratic-1", "quadratic-2"], Enumerable.Range(0, 3).Select(i => family[i].Name));
        Assert.Equal("0.weight [1x100] + 0.bias [1]", family.Layout.ToString());

        // v_i H v_j = 0 in every task, and v_i H v_i runs from 10 to .01 up to its factor.
        foreach (int task in (int[])[0, 2])
        {
            double[] h = Hessian(family[task]), hv = new double[N * N], curvatures = new double[N * N];
            Gemm.Multiply<double>(false, true, N, N, N, 1, h, v, 0, hv);
            Gemm.Multiply<double>(false, false, N, N, N, 1, v, hv, 0, curvatures);
            for (int i = 0; i < N; i++)
            {
                double expected = Math.Pow(10, 1 - (3.0 * i / (N - 1)));
                Assert.InRange(Math.Log(curvatures[i * (N + 1)] / expected), -.5, .5);
                for (int j = 0; j < i; j++)
                    Assert.Equal(0, curvatures[(i * N) + j], 10 * Rounding);
            }
        }
    }

    [Fact]
    public void It_is_the_quadratic_about_its_minimizer_with_a_bias_apart()
    {
        LearningTask<double> task = RotatedQuadraticFamily.Of<double>(5, tasks: 1, dimensions: 12)[0];
        Objective<double> objective = task.CreateTrainingObjective();
        double[] zero = new double[13], g = new double[13], h = Full(objective, zero), l = new double[169], minimizer = new double[13];
        double start = objective.Evaluate(zero, [], BatchKey.Full, g);
        Assert.Equal(0, g[12], Rounding);
        Assert.Equal(2, h[168], Rounding);
        Assert.True(Cholesky.TryFactor(h, 13, l));
        Vectors.Scale(-1.0, g);
        Cholesky.Solve(l, 13, g, minimizer);
        Assert.Equal(0, objective.Evaluate(minimizer, [], BatchKey.Full, []), 1e-18 * start);
        double[] theta = Draws.Normal<double>(13, 801), delta = [.. theta.Zip(minimizer, (a, b) => a - b)], hd = new double[13];
        Gemm.MultiplyVector(false, 13, 13, 1.0, h, delta, 0.0, hd);
        double loss = objective.Evaluate(theta, [], BatchKey.Full, []);
        Assert.Equal(.5 * Vectors.Dot<double>(delta, hd), loss, 1e-12 * loss);
    }

    [Fact]
    public void The_same_seed_is_the_same_family_in_both_types_and_another_is_another()
    {
        static double Loss<T>(ulong seed, int task, bool rotated)
            where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
        {
            LearningTask<T> t = RotatedQuadraticFamily.Of<T>(seed, rotated, tasks: 2)[task];
            return t.CreateTrainingObjective().Evaluate(new T[N + 1], [], BatchKey.Full, []);
        }

        double loss = Loss<double>(3, 1, true);
        Assert.Equal(loss, Loss<double>(3, 1, true));
        Assert.Equal(loss, Loss<float>(3, 1, true), 1e-5 * loss);
        Assert.NotEqual(loss, Loss<double>(3, 0, true));
        Assert.NotEqual(loss, Loss<double>(4, 1, true));
        Assert.NotEqual(loss, Loss<double>(3, 1, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotatedQuadraticFamily.Of<double>(1, tasks: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotatedQuadraticFamily.Of<double>(1, dimensions: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotatedQuadraticFamily.Of<double>(1, decades: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RotatedQuadraticFamily.Of<double>(1, decades: 13));
    }

    [Theory]
    [InlineData(true, false, 200, 2000)]
    [InlineData(true, true, 1, 3)]
    [InlineData(false, false, 1, 3)]
    public void Condition_numbers_say_which_metric_helps(bool rotated, bool full, double least, double most)
    {
        // The mean Hessian of five tasks, as a diagonal (Jacobi) or as a full metric, deployed on a sixth: condition number of P^-1/2 H P^-1/2.
        TaskFamily<double> family = RotatedQuadraticFamily.Of<double>(7, rotated, tasks: 6);
        double[] p = new double[N * N];
        for (int task = 0; task < 5; task++)
            Vectors.AddScaled<double>(.2, Hessian(family[task]), p);
        if (!full)
        {
            for (int i = 0; i < N * N; i++)
                p[i] = i % (N + 1) == 0 ? p[i] : 0;
        }

        Assert.InRange(Condition(Hessian(family[5]), p), least, most);
        Assert.InRange(Condition(Hessian(family[5]), Unit()), 500, 2000);
    }

    private static double Condition(double[] h, double[] p)
    {
        double[] root = new double[N * N], half = new double[N * N], scaled = new double[N * N], values = new double[N], vectors = new double[N * N];
        SymmetricMatrix.InverseSqrt(p, N, root);
        Gemm.Multiply<double>(false, false, N, N, N, 1, root, h, 0, half);
        Gemm.Multiply<double>(false, false, N, N, N, 1, half, root, 0, scaled);
        SymmetricEigen.Decompose(scaled, N, values, vectors);
        return values.Max() / values.Min();
    }

    private static double[] Unit()
    {
        double[] unit = new double[N * N];
        for (int i = 0; i < N; i++)
            unit[i * (N + 1)] = 1;
        return unit;
    }

    /// <summary>The part of the weights.</summary>
    private static double[] Hessian(LearningTask<double> task)
    {
        double[] all = Full(task.CreateTrainingObjective(), new double[N + 1]), h = new double[N * N];
        for (int i = 0; i < N; i++)
            all.AsSpan(i * (N + 1), N).CopyTo(h.AsSpan(i * N));
        return h;
    }

    private static double[] Full(Objective<double> objective, double[] theta)
    {
        int n = theta.Length;
        double[] unit = new double[n * n], h = new double[n * n];
        for (int i = 0; i < n; i++)
            unit[i * (n + 1)] = 1;
        objective.HessianVectorProducts(theta, [], BatchKey.Full, n, unit, h);
        return h;
    }
}
