using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>What every network keeps whatever its layers: the same bits for any number of threads and of tangents, no allocation, symmetric products, float near double.</summary>
public sealed class NetworkContractTests
{
    /// <summary>Sums of some thousand products in double.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The same in float: eps = 6e-8, a few layers deep, with normalization's divisions by small variances.</summary>
    private const double SingleRounding = 1e-4;
    private const int MostTangents = 9;

    [Theory]
    [MemberData(nameof(NetworkCases.AllNames), MemberType = typeof(NetworkCases))]
    public void Threads_leave_no_trace(string name)
    {
        (_, Network network, _) = NetworkCases.Named(name);
        float[] theta = NetworkCases.Point<float>(network), v = Draws.Normal<float>(2 * theta.Length, 72);
        (double loss, float[] gradient, float[] products, double all) = Run(null);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            (double l, float[] g, float[] h, double a) = Run(new WorkerTeam(threads));
            Assert.Equal(loss, l);
            Assert.Equal(gradient, g);
            Assert.Equal(products, h);
            Assert.Equal(all, a);
        }

        (double Loss, float[] Gradient, float[] Products, double All) Run(WorkerTeam? team)
        {
            var objective = new NetworkObjective<float>(network, NetworkCases.Data<float>(NetworkCases.Named(name))) { Team = team };
            float[] g = new float[theta.Length], h = new float[2 * theta.Length], state = new float[network.StateLayout.Length];
            objective.InitializeState(state);
            double l = objective.Evaluate(theta, [], BatchKey.Full, g);
            objective.HessianVectorProducts(theta, [], BatchKey.Full, 2, v, h);
            objective.AdvanceState(theta, BatchKey.Full, state);
            return (l, g, h, objective.EvaluateAll(theta, state).Loss);
        }
    }

    [Theory]
    [MemberData(nameof(NetworkCases.Names), MemberType = typeof(NetworkCases))]
    public void Tangents_side_by_side_have_the_bits_of_each_alone(string name)
    {
        (_, Network network, _) = NetworkCases.Named(name);
        int n = network.Layout.Length;
        var objective = new NetworkObjective<float>(network, NetworkCases.Data<float>(NetworkCases.Named(name)));
        float[] theta = NetworkCases.Point<float>(network), v = Draws.Normal<float>(MostTangents * n, 73), alone = new float[MostTangents * n];
        for (int j = 0; j < MostTangents; j++)
            objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v.AsSpan(j * n, n), alone.AsSpan(j * n, n));
        for (int k = 1; k <= MostTangents; k++)
        {
            float[] together = new float[k * n];
            objective.HessianVectorProducts(theta, [], BatchKey.Full, k, v, together);
            Assert.Equal(alone[..(k * n)], together);
        }
    }

    [Theory]
    [MemberData(nameof(NetworkCases.AllNames), MemberType = typeof(NetworkCases))]
    public void Products_are_symmetric_and_float_follows_double(string name)
    {
        (_, Network network, _) = NetworkCases.Named(name);
        int n = network.Layout.Length;
        (double loss, double[] g, double[] h) = Run<double>();
        double[] v = Draws.Normal<double>(2 * n, 74);
        double uHv = Vectors.Dot<double>(v.AsSpan(0, n), h.AsSpan(n)), vHu = Vectors.Dot<double>(v.AsSpan(n), h.AsSpan(0, n));
        Assert.InRange(Math.Abs(uHv - vHu), 0, Rounding * Draws.Norm(v.AsSpan(0, n)) * Draws.Norm(h.AsSpan(n)));
        Assert.NotEqual(0, uHv);

        (double singleLoss, double[] singleG, double[] singleH) = Run<float>();
        Assert.Equal(loss, singleLoss, SingleRounding);
        Assert.InRange(Draws.Distance(singleG, g), 0, SingleRounding);
        Assert.InRange(Draws.Distance(singleH, h), 0, SingleRounding);

        (double Loss, double[] Gradient, double[] Products) Run<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var objective = new NetworkObjective<T>(network, NetworkCases.Data<T>(NetworkCases.Named(name)));
            T[] theta = NetworkCases.Point<T>(network), gradient = new T[n], products = new T[2 * n];
            double l = objective.Evaluate(theta, [], BatchKey.Full, gradient);
            objective.HessianVectorProducts(theta, [], BatchKey.Full, 2, Draws.Normal<T>(2 * n, 74), products);
            return (l, Draws.ToDouble<T>(gradient), Draws.ToDouble<T>(products));
        }
    }

    [Theory]
    [MemberData(nameof(NetworkCases.AllNames), MemberType = typeof(NetworkCases))]
    public void Nothing_is_allocated_once_warm(string name)
    {
        (_, Network network, int rows) = NetworkCases.Named(name);
        Check<float>(null);
        Check<double>(null);
        Check<float>(new WorkerTeam(2));

        void Check<T>(WorkerTeam? team)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var objective = new NetworkObjective<T>(network, NetworkCases.Data<T>(NetworkCases.Named(name)), new Minibatches(rows, rows - 1)) { Team = team };
            T[] theta = NetworkCases.Point<T>(network), g = new T[theta.Length], v = Draws.Normal<T>(theta.Length, 75), state = new T[network.StateLayout.Length];
            objective.InitializeState(state);
            int step = 0;
            Allocation.AssertNone(Use, rounds: 2);

            void Use()
            {
                BatchKey batch = new BatchKey(1, 0, 0, 0).At(++step);
                objective.Evaluate(theta, [], batch, g);
                objective.HessianVectorProducts(theta, [], batch, 1, v, g);
                objective.AdvanceState(theta, batch, state);
                objective.EvaluateAll(theta, state);
            }
        }
    }
}
