using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Bases of large factors come from subspace iteration: the same as from the whole decomposition.</summary>
public sealed class LeadingBasisTests
{
    private const int N = 240, Rank = 12;

    /// <summary>Residuals of the iteration are 1e-9 of the largest eigenvalue; a vector's error is that over the gap to its neighbors, here at least 1e-2.</summary>
    private const double Tolerance = 1e-6;

    [Fact]
    public void Of_a_large_factor_the_basis_is_that_of_the_whole_decomposition()
    {
        var layout = new ParameterLayout(("w", [3, N]));
        var statistics = new BoundStatistics(layout);
        var stream = new RandomStream(new StreamKey(77, 0, 0, StreamPurpose.Test, 0));
        double[] g = new double[layout.Length];
        for (int k = 0; k < 60; k++)
        {
            stream.FillNormal<double>(g);
            for (int i = 0; i < g.Length; i++)
                g[i] *= Math.Pow(0.8, i % N);
            statistics.AddGradient<double>(g);
        }

        double[] values = new double[N], vectors = new double[N * N];
        SymmetricEigen.Decompose(statistics.RightFactor(0), N, values, vectors);
        BasisBlock<double> block = BasisBlock<double>.FromStatistics(statistics, 0, Rank);
        Assert.Equal(Rank, block.Rank);
        for (int j = 0; j < Rank; j++)
        {
            for (int i = 0; i < N; i++)
                Assert.Equal(vectors[(i * N) + N - Rank + j], block.Right[(i * Rank) + j], Tolerance);
        }

        double sum = 0;
        foreach (double prior in block.Prior)
            sum += prior;
        Assert.Equal(1, sum / values[(N - Rank)..].Sum() * statistics.Steps, Tolerance);
        Assert.Equal(values[..(N - Rank)].Sum() / statistics.Steps / N, block.Rest.ToArray().Sum(), Tolerance * values[^1] / statistics.Steps);
    }

    [Fact]
    public void Where_the_iteration_does_not_converge_the_whole_decomposition_steps_in()
    {
        // Eigenvalues 1 - 1e-6 i: no filter tells the wanted ones from the rest in time.
        double[] factor = new double[N * N];
        for (int i = 0; i < N; i++)
            factor[(i * N) + i] = 1 - (1e-6 * i);
        (double[] values, double[] vectors) = LeadingBasis.Of(factor, N, Rank);
        for (int j = 0; j < Rank; j++)
        {
            Assert.Equal(1 - (1e-6 * (Rank - 1 - j)), values[j], 1e-12);
            Assert.Equal(1, vectors[((Rank - 1 - j) * Rank) + j], 1e-12);
        }
    }
}
