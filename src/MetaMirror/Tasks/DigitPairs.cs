using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;

namespace MetaMirror.Tasks;

/// <summary>Every pair of classes of a data set as a binary problem: 45 of ten digits. With a linear network of one output: logistic regression, convex.</summary>
public static class DigitPairs
{
    /// <summary>Tasks named <c>digits-0-1</c>, <c>digits-0-2</c>, ..., <c>digits-8-9</c>; the second class of a name counts as 1.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="digits">Splits with classes; filtered when first read.</param>
    /// <param name="network">The model, with one output, e.g. <c>Network.Mlp(64, 1)</c>.</param>
    /// <param name="options">Batches, regularizer, start.</param>
    /// <param name="classes">Number of classes. Default: 10.</param>
    /// <exception cref="ArgumentException">The network has not one output, or there are fewer than two classes.</exception>
    public static TaskFamily<T> Of<T>(TaskData<T> digits, Network network, SupervisedOptions options, int classes = 10)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(digits);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (network.Output.Size != 1)
            throw new ArgumentException($"Pairs of classes need a network with 1 output, but this one has {network.Output}.", nameof(network));
        return new TaskFamily<T>(
            from first in Enumerable.Range(0, classes)
            from second in Enumerable.Range(first + 1, classes - first - 1)
            let name = string.Create(CultureInfo.InvariantCulture, $"digits-{first}-{second}")
            select new SupervisedTask<T>(digits.Map(name, split => Pair(split, first, second)), network, options));
    }

    /// <summary>The examples of two classes in their order, as classes 0 and 1.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="examples">Examples with classes.</param>
    /// <param name="first">Becomes 0.</param>
    /// <param name="second">Becomes 1.</param>
    public static Dataset<T> Pair<T>(Dataset<T> examples, int first, int second)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(examples);
        var indices = new List<int>();
        for (int i = 0; i < examples.Count; i++)
        {
            if (examples.Labels[i] == first || examples.Labels[i] == second)
                indices.Add(i);
        }

        Dataset<T> pair = examples.Select([.. indices]);
        int[] labels = [.. indices.Select(i => examples.Labels[i] == second ? 1 : 0)];
        return Dataset<T>.Classification(examples.Name, pair.Inputs.ToArray(), pair.Features, labels, 2, pair.Image);
    }
}
