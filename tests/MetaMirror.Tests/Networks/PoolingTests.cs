using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Pools against loops, for every width that the vectors meet.</summary>
public sealed class PoolingTests
{
    public static TheoryData<int, int> Sizes()
    {
        var data = new TheoryData<int, int>();
        for (int columns = 2; columns <= 40; columns++)
            data.Add(2 + (columns % 4), columns);
        data.Add(28, 28);
        data.Add(10, 10);
        data.Add(1, 1);
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_first_of_the_largest_wins(int rows, int columns)
    {
        foreach ((int kernel, int stride, int padding) in new[] { (2, 2, 0), (3, 2, 1), (2, 1, 1), (1, 1, 0), (3, 3, 0) })
        {
            if (Math.Min(rows, columns) + (2 * padding) < kernel)
                continue;
            Check<float>(new MaxPool2d(kernel, stride, padding), rows, columns, kernel, stride, padding);
            Check<double>(new MaxPool2d(kernel, stride, padding), rows, columns, kernel, stride, padding);
        }
    }

    [Fact]
    public void What_is_not_a_number_wins_and_stays()
    {
        // Each place of the window; then two of them, of which PyTorch takes the later.
        foreach (int columns in new[] { 8, 16, 3 })
        {
            var trial = new LayerTrial<float>(new MaxPool2d(2), new FeatureShape(1, 2, columns), 5);
            for (int n = 0; n < 5; n++)
                trial.Input[(n * 2 * columns) + (n < 4 ? (n / 2 * columns) + (n % 2) : 1)] = float.NaN;
            trial.Input[(4 * 2 * columns) + columns] = float.NaN;
            trial.All();
            int width = columns / 2;
            Assert.Equal([float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], Enumerable.Range(0, 5).Select(n => trial.Output[n * width]));
            Assert.Equal([0f, 1, columns, columns + 1, columns], Enumerable.Range(0, 5).Select(n => trial.Saved[n * width]));
            Assert.All(trial.Output.Where((_, i) => i % width != 0), y => Assert.True(float.IsFinite(y)));
        }
    }

    [Fact]
    public void Padding_never_wins_but_counts_in_a_mean()
    {
        var max = new LayerTrial<double>(new MaxPool2d(2, 2, 1), new FeatureShape(1, 2, 2), 1);
        var mean = new LayerTrial<double>(new AveragePool2d(2, 2, 1), new FeatureShape(1, 2, 2), 1);
        new double[] { -1, -2, -3, -4 }.CopyTo(max.Input, 0);
        new double[] { -1, -2, -3, -4 }.CopyTo(mean.Input, 0);
        max.Value();
        mean.Value();
        Assert.Equal([-1.0, -2, -3, -4], max.Output);
        Assert.Equal([-0.25, -0.5, -0.75, -1], mean.Output);
    }

    [Fact]
    public void Windows_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaxPool2d(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AveragePool2d(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AveragePool2d(2, 2, -1));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new MaxPool2d(3, 2, 2));
        Assert.Contains("padding of a pool must be between 0 and half its kernel, 1, but is 2", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Inputs of three values only: most windows have ties.</summary>
    private static void Check<T>(MaxPool2d pool, int rows, int columns, int kernel, int stride, int padding)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Planes = 6;
        var trial = new LayerTrial<T>(pool, new FeatureShape(3, rows, columns), 2);
        int[] values = Draws.Labels(trial.Input.Length, 3, (uint)columns);
        for (int i = 0; i < values.Length; i++)
            trial.Input[i] = T.CreateChecked(values[i] - 1);
        trial.All();
        T[] y = new T[trial.Output.Length], dy = new T[y.Length], ax = new T[values.Length], dax = new T[values.Length];
        int o = 0;
        for (int plane = 0; plane < Planes; plane++)
        {
            for (int top = -padding; top + kernel <= rows + padding; top += stride)
            {
                for (int left = -padding; left + kernel <= columns + padding; left += stride, o++)
                {
                    int best = -1;
                    for (int p = Math.Max(top, 0); p < Math.Min(top + kernel, rows); p++)
                    {
                        for (int q = Math.Max(left, 0); q < Math.Min(left + kernel, columns); q++)
                        {
                            int i = (((plane * rows) + p) * columns) + q;
                            if (best < 0 || values[i] > values[best])
                                best = i;
                        }
                    }

                    y[o] = trial.Input[best];
                    dy[o] = trial.InputTangent[best];
                    ax[best] += trial.OutputCotangent[o];
                    dax[best] += trial.OutputCotangentTangent[o];
                }
            }
        }

        Assert.Equal(y.Length, o);
        Assert.Equal([.. y, .. dy, .. ax, .. dax], trial.Results);
        Array.Fill(trial.Output, T.NaN);
        trial.ValueAlone();
        Assert.Equal(y, trial.Output);
    }
}
