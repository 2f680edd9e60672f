using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>
/// Small generated regression tasks: calibration curves of 30 sensors of the same make. From a raw reading r, a temperature t, a supply
/// voltage v and an age a (r, t, a uniform in [-1, 1], v uniform in [-0.2, 0.2]) the true quantity is
/// y = gain r + offset + bend r^2 + sag tanh(3 (r - knee)) + drift t + cross r t + supply v + aging a, plus noise N(0, 0.05^2).
/// A sensor's eight constants are the make's (1, 0.2, 0.3, 0.4, 0.25, 0.15, 0.5, -0.2; knee 0.3) plus normal deviations of
/// a third of each one's size: tasks share which directions are steep, not their solutions.
/// Inputs are linear features [r, t, v, a, r^2, r t, r v, t v] for <see cref="Linear{T}"/> (convex), or [r, t, v, a] for <see cref="Mlp{T}"/>.
/// Sensor i draws from the stream (seed, split, 0, Data, i), split 0 for its constants, 1, 2, 3 for training, validation and test rows.
/// </summary>
public static class SensorFamily
{
    private const int Sensors = 30;
    private const double Noise = 0.05;
    private static readonly double[] Make = [1, 0.2, 0.3, 0.4, 0.25, 0.15, 0.5, -0.2, 0.3];

    /// <summary>Ridge regression on eight linear features: convex. Parameters: 0.weight [1 x 8], 0.bias [1].</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="seed">Seed of the family.</param>
    /// <param name="options">Default: batches of 16, start at 0, l2 = 1e-3 fixed.</param>
    /// <param name="sensors">Number of tasks.</param>
    public static TaskFamily<T> Linear<T>(ulong seed, SupervisedOptions? options = null, int sensors = Sensors)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Of<T>(seed, Network.Mlp(8, 1), options ?? new SupervisedOptions(16) { StartAtZero = true, Regularizer = RegularizerWeight.Fixed(1e-3) }, sensors, expand: true);

    /// <summary>A network of 16 tanh units on the four raw inputs.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="seed">Seed of the family.</param>
    /// <param name="options">Default: batches of 16.</param>
    /// <param name="sensors">Number of tasks.</param>
    public static TaskFamily<T> Mlp<T>(ulong seed, SupervisedOptions? options = null, int sensors = Sensors)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Of<T>(seed, Network.Mlp(new Tanh(), 4, 16, 1), options ?? new SupervisedOptions(16), sensors, expand: false);

    private static TaskFamily<T> Of<T>(ulong seed, Network network, SupervisedOptions options, int sensors, bool expand)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sensors, 1);
        return new TaskFamily<T>(Enumerable.Range(0, sensors).Select(i =>
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"sensor-{i}");
            DataSplit<T> Split(string part, uint number, int rows) =>
                DataSplit<T>.Lazily($"{part} of {name}", () => Generate<T>(name, seed, (uint)i, number, rows, expand));
            return new SupervisedTask<T>(new TaskData<T>(name, Split("train", 1, 120), Split("validation", 2, 60), Split("test", 3, 60)), network, options);
        }));
    }

    private static Dataset<T> Generate<T>(string name, ulong seed, uint sensor, uint split, int rows, bool expand)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var constants = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Data, sensor));
        double[] s = [.. Make];
        for (int i = 0; i < s.Length; i++)
            s[i] += s[i] / 3 * constants.NextNormal();
        var stream = new RandomStream(new StreamKey(seed, split, 0, StreamPurpose.Data, sensor));
        int features = expand ? 8 : 4;
        var x = new T[rows * features];
        var y = new T[rows];
        for (int i = 0; i < rows; i++)
        {
            double r = Uniform(ref stream), t = Uniform(ref stream), v = 0.2 * Uniform(ref stream), a = Uniform(ref stream);
            double[] f = [r, t, v, a, r * r, r * t, r * v, t * v];
            for (int j = 0; j < features; j++)
                x[(i * features) + j] = T.CreateTruncating(f[j]);
            y[i] = T.CreateTruncating(
                (s[0] * r) + s[1] + (s[2] * r * r) + (s[3] * Math.Tanh(3 * (r - s[8]))) + (s[4] * t) + (s[5] * r * t) + (s[6] * v) + (s[7] * a)
                + (Noise * stream.NextNormal()));
        }

        return Dataset<T>.Regression(name, x, features, y);
    }

    private static double Uniform(ref RandomStream stream) => (2 * stream.NextDouble()) - 1;
}
