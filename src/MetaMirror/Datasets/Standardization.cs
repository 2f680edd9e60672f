using System.Numerics;

namespace MetaMirror.Datasets;

/// <summary>
/// x' = (x - mean) / scale per column, scale = population standard deviation (1 where a column is constant), measured on training rows only and applied to every split.
/// Real targets are standardized the same way if asked for.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Standardization<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[] inputMean;
    private readonly double[] inputScale;
    private readonly double[] targetMean;
    private readonly double[] targetScale;

    private Standardization(double[] inputMean, double[] inputScale, double[] targetMean, double[] targetScale)
    {
        this.inputMean = inputMean;
        this.inputScale = inputScale;
        this.targetMean = targetMean;
        this.targetScale = targetScale;
    }

    /// <summary>Mean of each feature, shape [Features].</summary>
    public ReadOnlySpan<double> InputMean => inputMean;

    /// <summary>Scale of each feature, shape [Features].</summary>
    public ReadOnlySpan<double> InputScale => inputScale;

    /// <summary>Mean of each target, shape [Outputs]; empty where targets stay as they are.</summary>
    public ReadOnlySpan<double> TargetMean => targetMean;

    /// <summary>Scale of each target, shape [Outputs]; empty where targets stay as they are.</summary>
    public ReadOnlySpan<double> TargetScale => targetScale;

    /// <summary>Measures means and scales.</summary>
    /// <param name="train">Training rows, at least one.</param>
    /// <param name="targets">Whether real targets are standardized too.</param>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public static Standardization<T> Fit(Dataset<T> train, bool targets = false)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (train.Count == 0)
        {
            throw new ArgumentException($"expected at least one training row in '{train.Name}', found none", nameof(train));
        }

        var (m, s) = Measure(train.Inputs, train.Features);
        var (mt, st) = targets && !train.IsClassification ? Measure(train.Targets, train.Outputs) : ([], []);
        return new Standardization<T>(m, s, mt, st);
    }

    /// <summary>The task with every split standardized by its training split, each still read only when asked for.</summary>
    /// <param name="task">The task.</param>
    /// <param name="targets">Whether real targets are standardized too.</param>
    public static TaskData<T> Of(TaskData<T> task, bool targets = false)
    {
        ArgumentNullException.ThrowIfNull(task);
        var fit = new Lazy<Standardization<T>>(() => Fit(task.Train.Examples, targets));
        return task.Map(task.Name, examples => fit.Value.Apply(examples));
    }

    /// <summary>The data set with standardized inputs (and targets).</summary>
    /// <param name="examples">Rows with as many columns as were measured.</param>
    /// <exception cref="ArgumentException">The number of columns differs.</exception>
    public Dataset<T> Apply(Dataset<T> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Features != inputMean.Length || (targetMean.Length > 0 && examples.Outputs != targetMean.Length))
        {
            throw new ArgumentException(
                $"expected {inputMean.Length} features and {targetMean.Length} standardized targets, found {examples.Features} and {examples.Outputs}", nameof(examples));
        }

        var x = Transform(examples.Inputs, inputMean, inputScale);
        if (targetMean.Length == 0)
        {
            return examples.WithInputs(x, examples.Features, examples.Image);
        }

        return Dataset<T>.Regression(examples.Name, x, examples.Features, Transform(examples.Targets, targetMean, targetScale), examples.Outputs, examples.Image);
    }

    private static T[] Transform(ReadOnlySpan<T> values, double[] mean, double[] scale)
    {
        var result = new T[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var j = i % mean.Length;
            result[i] = T.CreateTruncating((double.CreateTruncating(values[i]) - mean[j]) / scale[j]);
        }

        return result;
    }

    /// <summary>Two passes, so that a large mean does not cancel the deviation.</summary>
    private static (double[] Mean, double[] Scale) Measure(ReadOnlySpan<T> values, int columns)
    {
        var n = values.Length / columns;
        var mean = new double[columns];
        var scale = new double[columns];
        for (var i = 0; i < values.Length; i++)
        {
            mean[i % columns] += double.CreateTruncating(values[i]) / n;
        }

        for (var i = 0; i < values.Length; i++)
        {
            var d = double.CreateTruncating(values[i]) - mean[i % columns];
            scale[i % columns] += d * d / n;
        }

        for (var j = 0; j < columns; j++)
        {
            // A constant column leaves only the rounding of its mean; dividing by that would blow it up to noise.
            var s = Math.Sqrt(scale[j]);
            scale[j] = s > ConstantColumn * Math.Abs(mean[j]) && s > 0 ? s : 1;
        }

        return (mean, scale);
    }

    /// <summary>Relative deviation below which a column counts as constant: some thousand units of rounding of a double sum.</summary>
    private const double ConstantColumn = 1e-12;
}
