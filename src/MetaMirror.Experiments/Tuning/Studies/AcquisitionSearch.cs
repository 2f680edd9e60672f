using MetaMirror.Experiments.Tuning.Surrogates;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>Looks for the largest acquisition: at many points of a Sobol sequence and around the best one observed, then by a pattern search that halves its step.</summary>
/// <param name="space">The space.</param>
/// <param name="options">Numbers of points.</param>
/// <param name="sign">1 to maximize, -1 to minimize.</param>
internal sealed class AcquisitionSearch(SearchSpace space, BayesianOptions options, int sign)
{
    /// <summary>Points around the best observed one, and their standard deviation.</summary>
    private const int Near = 64;
    private const double NearSpread = 0.05;

    private const double FirstStep = 0.05;
    private const double LastStep = 1e-4;

    /// <summary>No coordinate closer than this to an observed point is proposed again: a second look teaches about noise alone.</summary>
    private const double Apart = 1e-3;

    private readonly int _d = space.Dimensions.Length;

    /// <summary>The place in the unit cube with the largest acquisition.</summary>
    /// <param name="process">The posterior.</param>
    /// <param name="observed">Places observed, shape [n, d].</param>
    /// <param name="best">The best of them, shape [d].</param>
    /// <param name="stream">Draws scrambling and neighbors.</param>
    public double[] Largest(GaussianProcess process, double[] observed, ReadOnlySpan<double> best, ref RandomStream stream)
    {
        double[] candidates = Candidates(best, ref stream);
        double[] values = Values(process, observed, candidates);
        (double[] Point, double Value) largest = ([], double.NegativeInfinity);
        foreach (int start in Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Take(options.Refined))
        {
            double[] point = candidates.AsSpan(start * _d, _d).ToArray();
            double value = Refine(process, observed, point, values[start]);
            if (largest.Point.Length == 0 || value > largest.Value)
                largest = (point, value);
        }

        return largest.Point;
    }

    private double[] Candidates(ReadOnlySpan<double> best, ref RandomStream stream)
    {
        var sequence = new SobolSequence(_d, ref stream);
        double[] candidates = new double[(options.Candidates + Near) * _d];
        for (int i = 0; i < options.Candidates; i++)
            sequence.Point((uint)i, candidates.AsSpan(i * _d, _d));
        for (int i = options.Candidates * _d; i < candidates.Length; i++)
            candidates[i] = Math.Clamp(best[i % _d] + (NearSpread * stream.NextNormal()), 0, 1);
        return candidates;
    }

    // Steps along the axes, both ways, all compared at once; the step halves where none leads up.
    private double Refine(GaussianProcess process, double[] observed, double[] point, double value)
    {
        double[] around = new double[2 * _d * _d];
        for (double step = FirstStep; step > LastStep;)
        {
            for (int i = 0; i < 2 * _d; i++)
            {
                Span<double> neighbor = around.AsSpan(i * _d, _d);
                point.CopyTo(neighbor);
                if (space.Dimensions[i / 2] is RangeDimension)
                    neighbor[i / 2] = Math.Clamp(neighbor[i / 2] + (i % 2 == 0 ? step : -step), 0, 1);
            }

            double[] values = Values(process, observed, around);
            int top = Array.IndexOf(values, values.Max());
            if (values[top] > value)
            {
                value = values[top];
                around.AsSpan(top * _d, _d).CopyTo(point);
            }
            else
            {
                step /= 2;
            }
        }

        return value;
    }

    private double[] Values(GaussianProcess process, double[] observed, double[] units)
    {
        int m = units.Length / _d, f = space.FeatureCount;
        double[] images = new double[m * f], means = new double[m], variances = new double[m];
        for (int i = 0; i < m; i++)
            space.Image(units.AsSpan(i * _d, _d), images.AsSpan(i * f, f));
        process.Predict(images, means, variances);
        for (int i = 0; i < m; i++)
            means[i] = IsNew(observed, units.AsSpan(i * _d, _d)) ? options.Acquisition.Of(means[i], variances[i], sign) : double.NegativeInfinity;
        return means;
    }

    private bool IsNew(double[] observed, ReadOnlySpan<double> unit)
    {
        for (int i = 0; i < observed.Length; i += _d)
        {
            bool isNear = true;
            for (int c = 0; c < _d && isNear; c++)
            {
                isNear = space.Dimensions[c] is RangeDimension
                    ? Math.Abs(observed[i + c] - unit[c]) < Apart
                    : space.Dimensions[c].At(observed[i + c]) == space.Dimensions[c].At(unit[c]);
            }

            if (isNear)
                return false;
        }

        return true;
    }
}
