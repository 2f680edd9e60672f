using System.Globalization;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>C = A B for A of m x k and B of k x n, single precision.</summary>
public static class GemmWorkload
{
    /// <summary>The product of a shape; 2 m k n flops.</summary>
    /// <param name="m">Rows of A.</param>
    /// <param name="k">Inner length.</param>
    /// <param name="n">Columns of B.</param>
    public static Workload Of(int m, int k, int n) =>
        new(string.Create(CultureInfo.InvariantCulture, $"gemm-{m}x{k}x{n}"), new Work(2.0 * m * k * n), context => MakeData(context, m, k, n)) { IsDense = true };

    private static Func<Action> MakeData(WorkloadContext context, int m, int k, int n)
    {
        float[] a = context.Normal(m * k), b = context.Normal(k * n);
        WorkerTeam team = context.Team;
        return () =>
        {
            float[] c = new float[m * n];
            return () => Gemm.Multiply<float>(team, false, false, m, n, k, 1, a, b, 0, c);
        };
    }
}
