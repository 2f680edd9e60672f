using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Families;

/// <summary>x' = (x - mean) / deviation, one mean and one population standard deviation for each channel, measured on training images only.</summary>
internal static class ChannelNormalization
{
    /// <summary>The task with every split normalized by its training split, each still read only when asked for.</summary>
    public static TaskData<T> Of<T>(TaskData<T> task)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var fit = new Lazy<(double Mean, double Deviation)[]>(() => Measure(task.Train.Examples));
        return task.Map(task.Name, examples => Apply(examples, fit.Value));
    }

    /// <summary>Mean and deviation of each channel; deviation 1 where a channel is constant.</summary>
    internal static (double Mean, double Deviation)[] Measure<T>(Dataset<T> images)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImageShape shape = ShapeOf(images);
        var result = new (double, double)[shape.Channels];
        for (int c = 0; c < shape.Channels; c++)
        {
            double count = (double)images.Count * shape.Plane;
            double mean = Sum(images, shape, c, static (x, _) => x, 0) / count;
            double variance = Sum(images, shape, c, static (x, m) => (x - m) * (x - m), mean) / count;
            result[c] = (mean, variance > 0 ? Math.Sqrt(variance) : 1);
        }

        return result;
    }

    private static double Sum<T>(Dataset<T> images, ImageShape shape, int channel, Func<double, double, double> term, double mean)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int i = 0; i < images.Count; i++)
        {
            foreach (T x in images.Input(i).Slice(channel * shape.Plane, shape.Plane))
                sum += term(double.CreateTruncating(x), mean);
        }

        return sum;
    }

    private static Dataset<T> Apply<T>(Dataset<T> images, (double Mean, double Deviation)[] fit)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ImageShape shape = ShapeOf(images);
        var values = new T[images.Inputs.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (double mean, double deviation) = fit[i / shape.Plane % shape.Channels];
            values[i] = T.CreateTruncating((double.CreateTruncating(images.Inputs[i]) - mean) / deviation);
        }

        return images.WithInputs(values, images.Features, shape);
    }

    private static ImageShape ShapeOf<T>(Dataset<T> images)
        where T : unmanaged, IFloatingPointIeee754<T> => images.Image ?? throw new ArgumentException($"data set '{images.Name}': expected images, found plain features", nameof(images));
}
