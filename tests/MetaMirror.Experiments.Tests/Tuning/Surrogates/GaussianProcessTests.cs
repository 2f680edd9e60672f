using MetaMirror.Experiments.Tuning.Surrogates;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Tuning.Surrogates;

public sealed class GaussianProcessTests
{
    private const int Points = 9;
    private const int Dimensions = 3;

    /// <summary>Condition numbers of the covariances here are below 1e4: 1e-10 leaves two digits to spare.</summary>
    private const double Rounding = 1e-10;

    /// <summary>Central differences with step 1e-5: the third derivative and rounding each leave about 1e-10.</summary>
    private const double Step = 1e-5;
    private const double DifferenceError = 1e-7;

    private static readonly KernelParameters Parameters = new([0.3, 0.7, 1.9], 1.7, 0.01);

    [Fact]
    public void Posterior_is_the_closed_form()
    {
        Observations data = Drawn(1);
        var process = new GaussianProcess(data, Parameters);
        double[] points = Uniform(2, 5 * Dimensions), means = new double[5], variances = new double[5];
        process.Predict(points, means, variances);

        double[] inverse = Inverse(Covariances(data, Parameters));
        for (int j = 0; j < means.Length; j++)
        {
            double[] k = [.. Enumerable.Range(0, Points).Select(i => Kernel(data.Points.Slice(i * Dimensions, Dimensions), points.AsSpan(j * Dimensions, Dimensions)))];
            double mean = 0, explained = 0;
            for (int a = 0; a < Points; a++)
            {
                for (int b = 0; b < Points; b++)
                {
                    mean += k[a] * inverse[(a * Points) + b] * data.Standardized[b];
                    explained += k[a] * inverse[(a * Points) + b] * k[b];
                }
            }

            Assert.Equal(data.Offset + (data.Scale * mean), means[j], Rounding);
            Assert.Equal(data.Scale * data.Scale * (Parameters.SignalVariance - explained), variances[j], Rounding);
        }

        Assert.Equal(0, process.Jitter);
    }

    [Fact]
    public void Many_dimensions_take_no_stack()
    {
        // 8 MB of weights: more than a thread's stack.
        const int d = 1_000_000;
        var likelihood = new MarginalLikelihood(Observations.Of(new double[2 * d], d, [1, 2]));
        double[] gradient = new double[likelihood.Length];
        Assert.True(double.IsFinite(likelihood.Evaluate(new double[likelihood.Length], gradient)));
    }

    [Fact]
    public void Without_noise_it_interpolates()
    {
        Observations data = Drawn(3);
        var process = new GaussianProcess(data, Parameters with { NoiseVariance = 0 });
        double[] means = new double[Points], variances = new double[Points];
        process.Predict(data.Points, means, variances);
        for (int i = 0; i < Points; i++)
        {
            Assert.Equal(data.Offset + (data.Scale * data.Standardized[i]), means[i], Rounding);
            Assert.InRange(variances[i], 0, Rounding);
        }
    }

    [Fact]
    public void Far_away_it_is_the_prior()
    {
        Observations data = Drawn(4);
        double[] mean = new double[1], variance = new double[1];
        new GaussianProcess(data, Parameters).Predict([100, 100, 100], mean, variance);
        Assert.Equal(data.Offset, mean[0], Rounding);
        Assert.Equal(data.Scale * data.Scale * Parameters.SignalVariance, variance[0], Rounding);
    }

    [Fact]
    public void A_point_seen_twice_without_noise_is_survived()
    {
        Observations data = Observations.Of([0.5, 0.5, 0.2], 1, [1, 1, 3]);
        var process = new GaussianProcess(data, new KernelParameters([0.5], 1, 0));
        double[] mean = new double[1], variance = new double[1];
        process.Predict([0.5], mean, variance);
        Assert.True(process.Jitter > 0);
        Assert.Equal(1, mean[0], 1e-6);
    }

    [Fact]
    public void Marginal_likelihood_is_the_closed_form()
    {
        Observations data = Drawn(5);
        double[] inverse = Inverse(Covariances(data, Parameters));
        double expected = (-0.5 * Points * Math.Log(2 * Math.PI)) - (0.5 * Math.Log(Determinant(Covariances(data, Parameters))));
        for (int a = 0; a < Points; a++)
        {
            for (int b = 0; b < Points; b++)
                expected -= 0.5 * data.Standardized[a] * inverse[(a * Points) + b] * data.Standardized[b];
        }

        Assert.Equal(expected, new MarginalLikelihood(data).Evaluate(Logs(Parameters), new double[Dimensions + 2]), Rounding);
    }

    [Theory]
    [InlineData(0.3, 0.7, 1.9, 1.7, 0.01)]
    [InlineData(0.05, 3, 0.4, 0.2, 1e-4)]
    [InlineData(1, 1, 1, 5, 2)]
    public void Gradient_of_the_marginal_likelihood_is_that_of_finite_differences(double first, double second, double third, double signal, double noise)
    {
        var likelihood = new MarginalLikelihood(Drawn(6));
        double[] u = Logs(new KernelParameters([first, second, third], signal, noise)), gradient = new double[u.Length], unused = new double[u.Length];
        likelihood.Evaluate(u, gradient);
        for (int i = 0; i < u.Length; i++)
        {
            double at = u[i];
            u[i] = at + Step;
            double above = likelihood.Evaluate(u, unused);
            u[i] = at - Step;
            double below = likelihood.Evaluate(u, unused);
            u[i] = at;
            double expected = (above - below) / (2 * Step);
            Assert.InRange(gradient[i] - expected, -DifferenceError * (1 + Math.Abs(expected)), DifferenceError * (1 + Math.Abs(expected)));
        }
    }

    [Fact]
    public void The_fit_finds_which_dimension_matters()
    {
        double[] points = Uniform(7, 40 * 2);
        double[] values = [.. Enumerable.Range(0, 40).Select(i => Math.Sin(7 * points[2 * i]))];
        KernelParameters found = new KernelFit().Fit(Observations.Of(points, 2, values)).Parameters;
        Assert.True(found.LengthScales[1] > 4 * found.LengthScales[0], $"Length scales {found.LengthScales[0]} and {found.LengthScales[1]}.");
        Assert.InRange(found.NoiseVariance, 0, 1e-3);
    }

    [Fact]
    public void The_fit_finds_noise()
    {
        const double noise = 0.3;
        double[] points = Uniform(8, 60);
        var stream = new RandomStream(new StreamKey(9, 0, 0, StreamPurpose.Test, 0));
        double[] values = new double[60];
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Sin(7 * points[i]) + (noise * stream.NextNormal());
        Observations data = Observations.Of(points, 1, values);
        // The estimate of a variance from about 55 degrees of freedom has a relative deviation of sqrt(2 / 55) = 0.19: three of them.
        Assert.InRange(new KernelFit().Fit(data).Parameters.NoiseVariance * data.Scale * data.Scale / (noise * noise), 0.43, 1.57);
    }

    [Fact]
    public void Values_that_are_all_equal_are_survived()
    {
        double[] mean = new double[1], variance = new double[1];
        new KernelFit().Fit(Observations.Of([0.1, 0.5, 0.9], 1, [2, 2, 2])).Predict([0.3], mean, variance);
        Assert.Equal(2, mean[0], Rounding);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Observations.Of([1, 2, 3], 2, [1]));
        Assert.Throws<ArgumentException>(() => Observations.Of([1, 2], 2, [double.NaN]));
        Assert.Throws<ArgumentException>(() => Observations.Of([double.PositiveInfinity], 1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Observations.Of([], 1, []));
        Assert.Throws<ArgumentException>(() => new GaussianProcess(Drawn(1), new KernelParameters([1], 1, 0)));
        Assert.Throws<ArgumentException>(() => new GaussianProcess(Drawn(1), new KernelParameters([1, 0, 1], 1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianProcess(Drawn(1), Parameters with { SignalVariance = 0 }));
        Assert.Throws<ArgumentException>(() => new GaussianProcess(Drawn(1), Parameters).Predict([1], new double[1], new double[1]));
        Assert.Throws<ArgumentException>(() => KernelParameters.OfLogarithms([0, 0]));
    }

    private static Observations Drawn(uint number)
    {
        double[] points = Uniform(number, Points * Dimensions);
        return Observations.Of(points, Dimensions, [.. Enumerable.Range(0, Points).Select(i => Math.Sin(4 * points[i * Dimensions]) + (3 * points[(i * Dimensions) + 1]))]);
    }

    private static double[] Uniform(uint number, int count)
    {
        var stream = new RandomStream(new StreamKey(1, 0, number, StreamPurpose.Test, 0));
        double[] values = new double[count];
        stream.FillUniform<double>(values, 0, 1);
        return values;
    }

    private static double[] Logs(KernelParameters p) => [.. p.LengthScales.Select(Math.Log), Math.Log(p.SignalVariance), Math.Log(p.NoiseVariance)];

    private static double Kernel(ReadOnlySpan<double> x, ReadOnlySpan<double> z)
    {
        double sum = 0;
        for (int c = 0; c < Dimensions; c++)
            sum += Math.Pow((x[c] - z[c]) / Parameters.LengthScales[c], 2);
        return Parameters.SignalVariance * Math.Exp(-0.5 * sum);
    }

    private static double[] Covariances(Observations data, KernelParameters parameters)
    {
        double[] k = new double[Points * Points];
        for (int a = 0; a < Points; a++)
        {
            for (int b = 0; b < Points; b++)
                k[(a * Points) + b] = Kernel(data.Points.Slice(a * Dimensions, Dimensions), data.Points.Slice(b * Dimensions, Dimensions)) + (a == b ? parameters.NoiseVariance : 0);
        }

        return k;
    }

    // Gauss-Jordan without pivoting, which positive definite matrices do not need.
    private static double[] Inverse(double[] matrix)
    {
        double[] a = [.. matrix], inverse = new double[Points * Points];
        for (int i = 0; i < Points; i++)
            inverse[(i * Points) + i] = 1;
        for (int p = 0; p < Points; p++)
        {
            double pivot = a[(p * Points) + p];
            for (int j = 0; j < Points; j++)
            {
                a[(p * Points) + j] /= pivot;
                inverse[(p * Points) + j] /= pivot;
            }

            for (int i = 0; i < Points; i++)
            {
                double factor = i == p ? 0 : a[(i * Points) + p];
                for (int j = 0; j < Points; j++)
                {
                    a[(i * Points) + j] -= factor * a[(p * Points) + j];
                    inverse[(i * Points) + j] -= factor * inverse[(p * Points) + j];
                }
            }
        }

        return inverse;
    }

    private static double Determinant(double[] matrix)
    {
        double[] a = [.. matrix];
        double product = 1;
        for (int p = 0; p < Points; p++)
        {
            product *= a[(p * Points) + p];
            for (int i = p + 1; i < Points; i++)
            {
                double factor = a[(i * Points) + p] / a[(p * Points) + p];
                for (int j = 0; j < Points; j++)
                    a[(i * Points) + j] -= factor * a[(p * Points) + j];
            }
        }

        return product;
    }
}
