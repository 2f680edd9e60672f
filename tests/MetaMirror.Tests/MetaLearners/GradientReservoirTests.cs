using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>Displacements and the weighted sample of gradients in <see cref="BoundStatistics"/>.</summary>
public sealed class GradientReservoirTests
{
    private const int Kept = 8;
    private static readonly ParameterLayout Layout = new(("w", [2, 3]), ("b", [2]));
    private static readonly BoundStatisticsOptions Options = new() { Displacements = true, Gradients = Kept };

    [Fact]
    public void What_is_kept_does_not_depend_on_the_order_of_arrival()
    {
        BoundStatistics forward = Of(Enumerable.Range(0, 50), 3), backward = Of(Enumerable.Range(0, 50).Reverse(), 3);
        Assert.Equal(Kept, forward.GradientCount);
        AssertSame(forward, backward);
    }

    [Fact]
    public void Parts_of_a_task_merge_to_the_sample_of_the_whole()
    {
        BoundStatistics whole = Of(Enumerable.Range(0, 60), 3), parts = Of(Enumerable.Range(0, 25), 3);
        parts.Merge(Of(Enumerable.Range(25, 35), 3));
        AssertSame(whole, parts);
        BoundStatistics few = Of(Enumerable.Range(0, 3), 3);
        few.Merge(Of(Enumerable.Range(3, 2), 3));
        AssertSame(Of(Enumerable.Range(0, 5), 3), few);
        Assert.Equal(5, few.GradientCount);
    }

    [Fact]
    public void Every_task_has_a_sample_of_its_own_in_the_order_of_tasks()
    {
        BoundStatistics a = Of(Enumerable.Range(0, 20), 5), b = Of(Enumerable.Range(0, 20), 2);
        a.Merge(b);
        Assert.Equal(2 * Kept, a.GradientCount);
        BoundStatistics other = Of(Enumerable.Range(0, 20), 2);
        other.Merge(Of(Enumerable.Range(0, 20), 5));
        AssertSame(a, other);
        Assert.Equal(b.Gradient(0), a.Gradient(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.GradientWeight(2 * Kept));
        a.Clear();
        Assert.Equal((0, 0, 0), (a.GradientCount, a.DisplacementCount, (int)a.StepWeight));
    }

    [Fact]
    public void A_small_task_is_kept_whole_and_zero_gradients_are_not()
    {
        BoundStatistics statistics = Of(Enumerable.Range(0, 6), 0);
        statistics.AddGradient<double>(new double[Layout.Length], new BatchKey(1, 99, 0, 0));
        Assert.Equal((6, 7L), (statistics.GradientCount, statistics.Steps));
        for (int i = 0; i < 6; i++)
            Assert.Equal(1, statistics.GradientWeight(i));
        double[] sums = Weighted(statistics);
        for (int i = 0; i < sums.Length; i++)
            Assert.Equal(statistics.SquaredGradients[i], sums[i], 1e-12 * statistics.SquaredGradients[i]);
    }

    [Fact]
    public void Weighted_sums_are_unbiased()
    {
        // The same 40 gradients, 4,000 seeds: the mean of the estimates is the sum, to five standard errors of what was seen.
        const int Seeds = 4000, Steps = 40;
        double[] mean = new double[Layout.Length], square = new double[Layout.Length];
        double[] exact = [];
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            BoundStatistics statistics = Of(Enumerable.Range(0, Steps), 0, seed);
            exact = statistics.SquaredGradients.ToArray();
            double[] estimate = Weighted(statistics);
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += estimate[i] / Seeds;
                square[i] += estimate[i] * estimate[i] / Seeds;
            }
        }

        for (int i = 0; i < mean.Length; i++)
        {
            double error = Math.Sqrt((square[i] - (mean[i] * mean[i])) / Seeds);
            Assert.InRange(error / exact[i], 1e-4, 0.02);
            Assert.Equal(exact[i], mean[i], 5 * error);
        }
    }

    [Fact]
    public void Weights_of_steps_scale_the_gradients_in_every_sum()
    {
        var weighted = new BoundStatistics(Layout, Options);
        var scaled = new BoundStatistics(Layout, Options);
        for (int t = 0; t < 5; t++)
        {
            double s = 1.0 / (t + 1);
            var key = new BatchKey(7, (uint)t, 0, 0);
            weighted.AddGradient<double>(Gradient(t), key, s);
            scaled.AddGradient<double>([.. Gradient(t).Select(g => s * g)], key);
        }

        AssertSame(weighted, scaled);
        Assert.Equal(weighted.LeftFactor(0), scaled.LeftFactor(0));
        Assert.Equal(1 + (1 / 2.0) + (1 / 3.0) + (1 / 4.0) + (1 / 5.0), weighted.StepWeight, 1e-15);
        Assert.Equal(5, scaled.StepWeight);
        Assert.Throws<ArgumentOutOfRangeException>(() => weighted.AddGradient<double>(Gradient(0), default, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => weighted.AddGradient<double>(Gradient(0), default, double.NaN));
    }

    [Fact]
    public void Displacements_are_those_of_the_runs_and_memory_is_stated()
    {
        BoundStatistics statistics = Of(Enumerable.Range(0, 20), 0);
        statistics.AddRun<float>(new float[8], [1, 2, 3, 4, 5, 6, 7, 8]);
        BoundStatistics other = Of([], 1);
        other.AddRun<double>([1, 0, 0, 0, 0, 0, 0, 0], new double[8]);
        statistics.Merge(other);
        Assert.Equal(2, statistics.DisplacementCount);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], statistics.Displacement(0));
        Assert.Equal(-1, statistics.Displacement(1)[0]);

        // Sums 2 n, factors 2x2, 3x3 and 2x2, work n, two displacements and eight gradients of n.
        Assert.Equal(8 * (16 + 17 + 8 + (8 * (2 + Kept))), statistics.Bytes);
        Assert.Throws<ArgumentException>(() => statistics.Merge(new BoundStatistics(Layout)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundStatistics(Layout, new BoundStatisticsOptions { Gradients = -1 }));
    }

    [Fact]
    public void A_full_sample_allocates_nothing()
    {
        BoundStatistics statistics = Of(Enumerable.Range(0, 200), 0);
        double[] gradient = Gradient(3);
        uint step = 1000;
        Allocation.AssertNone(() => statistics.AddGradient<double>(gradient, new BatchKey(1, step++, 0, 0)));
    }

    private static BoundStatistics Of(IEnumerable<int> steps, uint task, ulong seed = 11)
    {
        var statistics = new BoundStatistics(Layout, Options);
        foreach (int t in steps)
            statistics.AddGradient<double>(Gradient(t), new BatchKey(seed, (uint)t, 0, task));
        return statistics;
    }

    /// <summary>Gradients that fall as those of a run do.</summary>
    private static double[] Gradient(int step)
    {
        var stream = new RandomStream(new StreamKey(5, (uint)step, 0, StreamPurpose.Test, 0));
        var gradient = new double[Layout.Length];
        stream.FillNormal<double>(gradient);
        Vectors.Scale<double>(3.0 / (1 + step), gradient);
        return gradient;
    }

    private static double[] Weighted(BoundStatistics statistics)
    {
        double[] sums = new double[statistics.Layout.Length];
        for (int k = 0; k < statistics.GradientCount; k++)
        {
            for (int i = 0; i < sums.Length; i++)
                sums[i] += statistics.GradientWeight(k) * statistics.Gradient(k)[i] * statistics.Gradient(k)[i];
        }

        return sums;
    }

    private static void AssertSame(BoundStatistics expected, BoundStatistics found)
    {
        Assert.Equal(expected.GradientCount, found.GradientCount);
        for (int i = 0; i < expected.GradientCount; i++)
        {
            Assert.Equal(expected.Gradient(i), found.Gradient(i));
            Assert.Equal(expected.GradientWeight(i), found.GradientWeight(i));
        }
    }
}
