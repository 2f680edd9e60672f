using MetaMirror.Descents;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Bases and priors from statistics of source runs: orthonormal eigenvectors, and a prior that shares out the mean squared gradient.</summary>
public sealed class BasisStatisticsTests
{
    /// <summary>Eigenvectors of small symmetric matrices in double.</summary>
    private const double Tolerance = 1e-12;

    private static readonly ParameterLayout Layout = new(("0.weight", [5, 6]), ("0.bias", [5]), ("2.weight", [3, 2, 2]));
    private static readonly BoundStatistics Statistics = BasisCases.Statistics(Layout, 9);

    public static TheoryData<int> Ranks => [0, 1, 3, 6, 100];

    [Theory]
    [MemberData(nameof(Ranks))]
    public void Bases_are_orthonormal_eigenvectors_with_the_leading_ones_kept(int rank)
    {
        for (int k = 0; k < Layout.Blocks.Length; k++)
        {
            var b = BasisBlock<double>.FromStatistics(Statistics, k, rank);
            int m = b.Block.Rows, n = b.Block.Columns;
            Assert.Equal(b.Block.IsMatrix ? Math.Min(rank, n) : 1, b.Rank);
            AssertOrthonormal(b.Left, m, m);
            AssertOrthonormal(b.Right, n, b.Rank);
            Diagonal(b.Left, m, m, Statistics.LeftFactor(k));
            if (!b.Block.IsMatrix)
                continue;
            double[] kept = Diagonal(b.Right, n, b.Rank, Statistics.RightFactor(k)), all = new double[n], vectors = new double[n * n];
            SymmetricEigen.Decompose(Statistics.RightFactor(k), n, all, vectors);
            TrialProblem.AssertClose([.. all.Order().TakeLast(b.Rank)], [.. kept.Order()], Tolerance, $"{b.Block}, rank {rank}");
        }
    }

    [Theory]
    [MemberData(nameof(Ranks))]
    public void Prior_and_rest_sum_to_the_mean_squared_gradient(int rank)
    {
        for (int k = 0; k < Layout.Blocks.Length; k++)
        {
            var b = BasisBlock<double>.FromStatistics(Statistics, k, rank);
            double expected = Vectors.Sum(Statistics.SquaredGradients.Slice(b.Block.Offset, b.Block.Length)) / Statistics.Steps;
            double found = Vectors.Sum(b.Prior) + (b.Block.Columns * Vectors.Sum(b.Rest));
            Assert.Equal(expected, found, Tolerance * expected);
            Assert.All(b.Prior.ToArray().Concat(b.Rest.ToArray()), p => Assert.True(p >= 0));
        }
    }

    [Fact]
    public void Factors_that_are_too_large_to_keep_become_the_identity_or_rank_0()
    {
        BoundStatistics small = BasisCases.Statistics(Layout, 9, largestFactor: 4);
        var first = BasisBlock<double>.FromStatistics(small, 0, 3);
        Assert.Equal((0, 0), (first.Left.Length, first.Rank));
        Assert.All(first.Rest.ToArray(), p => Assert.True(p > 0));

        // 3 x 4: both factors are kept.
        var last = BasisBlock<double>.FromStatistics(small, 2, 3);
        Assert.Equal((9, 3), (last.Left.Length, last.Rank));

        // Without a left factor the rows' mean squares stand for its eigenvalues: the prior of a row is its share.
        double[] rows = [.. Enumerable.Range(0, 5).Select(i => Vectors.Sum(small.SquaredGradients.Slice(6 * i, 6)) / small.Steps / 6)];
        TrialProblem.AssertClose(rows, first.Rest, Tolerance, "rest");
    }

    [Fact]
    public void Statistics_without_gradients_or_factors_are_refused()
    {
        ArgumentException empty = Assert.Throws<ArgumentException>(() => BasisBlock<double>.FromStatistics(new BoundStatistics(Layout), 0, 2));
        Assert.Contains("no gradients", empty.Message, StringComparison.Ordinal);
        var diagonal = new BoundStatistics(Layout, withFactors: false);
        diagonal.AddGradient<double>(new double[Layout.Length]);
        ArgumentException thin = Assert.Throws<ArgumentException>(() => BasisBlock<double>.FromStatistics(diagonal, 0, 2));
        Assert.Contains("diagonal sums only", thin.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_statistics_are_those_of_all_runs()
    {
        BoundStatistics whole = new(Layout), first = new(Layout), second = new(Layout);
        for (int k = 0; k < 6; k++)
        {
            double[] g = [.. Enumerable.Range(0, Layout.Length).Select(i => Math.Sin((1 + k) * (i + 1)))], end = [.. g.Select(x => 2 * x)];
            foreach (BoundStatistics s in (BoundStatistics[])[whole, k < 2 ? first : second])
            {
                s.AddGradient<double>(g);
                s.AddRun<double>(g, end);
            }
        }

        first.Merge(second);
        Assert.Equal((6, 6), (first.Runs, first.Steps));
        TrialProblem.AssertClose(whole.SquaredGradients, first.SquaredGradients, Tolerance, "gradients");
        TrialProblem.AssertClose(whole.SquaredDisplacements, first.SquaredDisplacements, Tolerance, "displacements");
        for (int k = 0; k < 3; k++)
            TrialProblem.AssertClose(whole.LeftFactor(k), first.LeftFactor(k), Tolerance, "left factor");
        ArgumentException error = Assert.Throws<ArgumentException>(() => first.Merge(new BoundStatistics(ParameterLayout.Vector(3))));
        Assert.Contains("theta [3]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Observed_runs_are_summed_and_a_run_that_diverges_has_no_displacement()
    {
        var rule = new Sgd<double>(new SgdOptions { LearningRate = .1 });
        var statistics = new BoundStatistics(ParameterLayout.Vector(2));
        var descent = new Descent<double>(new QuarticObjective([2, .5, .5, 1], [1, -1]), rule, new Unroll(5, FullBatch: true));
        var meta = new MetaParameters<double>([], rule.MetaSpecs(descent.Layout), []);
        descent.Start([.5, -.25], meta, default);
        Assert.False(descent.Run(new StatisticsObserver<double>(statistics), TestContext.Current.CancellationToken).Diverged);
        Assert.Equal((1, 5), (statistics.Runs, statistics.Steps));
        Assert.Equal(Math.Pow(descent.Theta[0] - .5, 2), statistics.SquaredDisplacements[0], 1e-15);
        descent.Start([1e200, 0], meta, default);
        Assert.True(descent.Run(new StatisticsObserver<double>(statistics), TestContext.Current.CancellationToken).Diverged);
        Assert.Equal((1, 5), (statistics.Runs, statistics.Steps));
    }

    [Fact]
    public void Bases_are_refused_for_other_layouts_and_unknown_names()
    {
        var rule = new LearnedBasis<double>(Statistics, 2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => rule.MetaSpecs(ParameterLayout.Vector(3)));
        Assert.Contains("not for theta [3]", error.Message, StringComparison.Ordinal);
        ArgumentException unknown = Assert.Throws<ArgumentException>(() => new LearnedBasis<double>(Statistics, 2, new LearnedBasisOptions { Learn = ["rank"] }));
        Assert.Contains("'rank' is no meta-parameter", unknown.Message, StringComparison.Ordinal);
        ArgumentException lengths = Assert.Throws<ArgumentException>(() => new BasisBlock<double>(Layout.Blocks[0], new double[4], [], [], new double[5]));
        Assert.Contains("left 4", lengths.Message, StringComparison.Ordinal);
    }

    private static void AssertOrthonormal(ReadOnlySpan<double> u, int n, int r)
    {
        for (int a = 0; a < r; a++)
        {
            for (int b = 0; b < r; b++)
            {
                double dot = 0;
                for (int i = 0; i < n; i++)
                    dot += u[(i * r) + a] * u[(i * r) + b];
                Assert.Equal(a == b ? 1 : 0, dot, Tolerance);
            }
        }
    }

    /// <summary>U^T S U, asserted to be diagonal.</summary>
    private static double[] Diagonal(ReadOnlySpan<double> u, int n, int r, ReadOnlySpan<double> s)
    {
        double[] values = new double[r];
        for (int a = 0; a < r; a++)
        {
            for (int b = 0; b < r; b++)
            {
                double sum = 0;
                for (int i = 0; i < n * n; i++)
                    sum += u[(i / n * r) + a] * s[i] * u[(i % n * r) + b];
                if (a == b)
                    values[a] = sum;
                else
                    Assert.Equal(0, sum, Tolerance * 100);
            }
        }

        return values;
    }
}
