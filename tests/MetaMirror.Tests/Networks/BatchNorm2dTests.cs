using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Batch normalization alone: statistics, buffers, evaluation with them.</summary>
public sealed class BatchNorm2dTests
{
    /// <summary>A few roundings of numbers near 1.</summary>
    private const double Rounding = 1e-14;

    [Fact]
    public void Outputs_have_the_bias_for_mean_and_the_weight_for_deviation()
    {
        var trial = new LayerTrial<double>(new BatchNorm2d(3, epsilon: 1e-300), new FeatureShape(3, 4, 5), 6);
        trial.Value();
        for (int c = 0; c < 3; c++)
        {
            double[] y = trial.Channel(trial.Output, c);
            double mean = y.Average();
            Assert.Equal(trial.Parameters[3 + c], mean, Rounding);
            Assert.Equal(Math.Abs(trial.Parameters[c]), Math.Sqrt(y.Average(v => (v - mean) * (v - mean))), Rounding);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(20)]
    public void Running_statistics_are_PyTorchs(int pixels)
    {
        var shape = new FeatureShape(37, pixels);
        var trial = new LayerTrial<double>(new BatchNorm2d(37, momentum: 0.25), shape, 5);
        double[] buffers = new double[75], expected = new double[75];
        trial.Layer.InitializeBuffers<double>(buffers);
        Assert.Equal([.. Enumerable.Repeat(0.0, 37), .. Enumerable.Repeat(1.0, 37), 0], buffers);
        buffers.CopyTo(expected, 0);
        for (uint batch = 0; batch < 3; batch++)
        {
            Draws.Normal<double>(trial.Input.Length, 80 + batch, 2).CopyTo(trial.Input, 0);
            trial.Value();
            trial.Advance(buffers);
            for (int c = 0; c < 37; c++)
            {
                double[] x = trial.Channel(trial.Input, c);
                double mean = x.Average();
                expected[c] = (0.75 * expected[c]) + (0.25 * mean);
                expected[37 + c] = (0.75 * expected[37 + c]) + (0.25 * x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1));
            }

            expected[74]++;
            Assert.InRange(Draws.Distance(buffers, expected), 0, Rounding);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(23)]
    public void Statistics_are_exact_far_from_zero(int pixels)
    {
        // Whole numbers around 2^20: mean and squares about it are exact, products of raw numbers would not be.
        var trial = new LayerTrial<float>(new BatchNorm2d(2), new FeatureShape(2, pixels), 64);
        for (int i = 0; i < trial.Input.Length; i++)
            trial.Input[i] = (1 << 20) + (i / (2 * pixels) % 2);
        trial.Value();
        Assert.Equal([1048576.5f, 1048576.5f], trial.Statistics[..2]);
        Assert.Equal(Enumerable.Repeat(1 / Math.Sqrt(0.25 + 1e-5), 2), trial.Statistics[2..4].Select(v => (double)v), (a, b) => Math.Abs(a - b) <= 1e-6 * a);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(35)]
    public void Any_range_of_channels_has_the_same_bits(int pixels)
    {
        var shape = new FeatureShape(37, pixels);
        var whole = new LayerTrial<float>(new BatchNorm2d(37), shape, 4);
        var parts = new LayerTrial<float>(new BatchNorm2d(37), shape, 4);
        whole.All();
        foreach ((int first, int end) in new[] { (30, 37), (0, 3), (3, 4), (4, 30) })
            parts.All(first, end);
        Assert.Equal(whole.Results, parts.Results);
    }

    [Fact]
    public void Evaluated_with_buffers_it_is_affine_in_each_number()
    {
        var trial = new LayerTrial<double>(new BatchNorm2d(3), new FeatureShape(3, 2, 5), 4) { Buffers = [0.5, -1, 2, 0.3, 1.5, 4, 10] };
        trial.All();
        for (int i = 0; i < trial.Input.Length; i++)
        {
            int c = i / 10 % 3;
            double s = 1 / Math.Sqrt(trial.Buffers[3 + c] + 1e-5), h = (trial.Input[i] - trial.Buffers[c]) * s, w = trial.Parameters[c], dw = trial.ParameterTangent[c];
            Assert.Equal((w * h) + trial.Parameters[3 + c], trial.Output[i], Rounding);
            Assert.Equal((w * s * trial.InputTangent[i]) + (dw * h) + trial.ParameterTangent[3 + c], trial.OutputTangent[i], 4 * Rounding);
            Assert.Equal(w * s * trial.OutputCotangent[i], trial.InputCotangent[i], 4 * Rounding);
            Assert.Equal(s * ((w * trial.OutputCotangentTangent[i]) + (dw * trial.OutputCotangent[i])), trial.InputCotangentTangent[i], 4 * Rounding);
        }

        for (int c = 0; c < 3; c++)
        {
            double s = 1 / Math.Sqrt(trial.Buffers[3 + c] + 1e-5), aw = 0, ab = 0, daw = 0, dab = 0;
            foreach (int i in Enumerable.Range(0, trial.Input.Length).Where(i => i / 10 % 3 == c))
            {
                double h = (trial.Input[i] - trial.Buffers[c]) * s;
                aw += h * trial.OutputCotangent[i];
                ab += trial.OutputCotangent[i];
                daw += (h * trial.OutputCotangentTangent[i]) + (s * trial.InputTangent[i] * trial.OutputCotangent[i]);
                dab += trial.OutputCotangentTangent[i];
            }

            Assert.Equal([aw, ab, daw, dab], new[] { trial.ParameterCotangent[c], trial.ParameterCotangent[3 + c], trial.ParameterCotangentTangent[c], trial.ParameterCotangentTangent[3 + c] },
                (a, b) => Math.Abs(a - b) <= 40 * Rounding);
        }
    }

    [Fact]
    public void A_channel_of_one_number_has_no_variance()
    {
        var trial = new LayerTrial<float>(new BatchNorm2d(4), new FeatureShape(4), 1);
        Assert.Contains("BatchNorm2d(4) needs more than one value per channel in training, but gets a batch of 1 of shape 4", Assert.Throws<ArgumentException>(trial.Value).Message, StringComparison.Ordinal);
        trial.Buffers = [0, 0, 0, 0, 1, 1, 1, 1, 3];
        trial.Value();
        Assert.Equal(trial.Input[0] * trial.Parameters[0], trial.Output[0] - trial.Parameters[4], 1e-4f);
    }

    [Fact]
    public void Not_a_number_stays_one()
    {
        var trial = new LayerTrial<float>(new BatchNorm2d(2), new FeatureShape(2, 3, 3), 3);
        trial.Input[4] = float.NaN;
        trial.Input[13] = float.PositiveInfinity;
        trial.Value();
        Assert.All(trial.Output, y => Assert.Equal(float.NaN, y));
    }

    [Fact]
    public void A_constant_channel_becomes_its_bias()
    {
        var trial = new LayerTrial<float>(new BatchNorm2d(2), new FeatureShape(2, 3, 3), 3);
        Array.Fill(trial.Input, 7f);
        trial.All();
        Assert.All(trial.Channel(trial.Output, 1), y => Assert.Equal(trial.Parameters[3], y));
        Assert.All(trial.Results, r => Assert.True(float.IsFinite(r)));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm2d(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm2d(3, epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm2d(3, momentum: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm2d(3, momentum: double.NaN));
    }
}
