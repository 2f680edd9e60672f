using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Datasets;

/// <summary>Symmetric label noise: each example gets, with a stated probability, one of the other classes, all equally likely.</summary>
public static class LabelNoise
{
    /// <summary>The examples with noisy labels.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="examples">Examples with at least two classes.</param>
    /// <param name="probability">Of each label to become another, in [0, 1]; 0 gives the same data set.</param>
    /// <param name="seed">Of the stream (seed, 0, 0, Noise, 0).</param>
    /// <exception cref="ArgumentException">The examples have real targets, or one class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability is none.</exception>
    public static Dataset<T> Of<T>(Dataset<T> examples, double probability, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of label noise must lie in [0, 1].");
        if (examples.Classes < 2)
            throw new ArgumentException($"Label noise needs at least two classes, found {examples.Classes} in '{examples.Name}'.", nameof(examples));
        if (probability == 0)
            return examples;
        int[] labels = examples.Labels.ToArray();
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Noise, 0));
        foreach (ref int label in labels.AsSpan())
        {
            // Both are drawn for every example: a higher probability changes the same labels, and more.
            double share = stream.NextDouble();
            int other = 1 + (int)stream.NextBounded((uint)examples.Classes - 1);
            if (share < probability)
                label = (label + other) % examples.Classes;
        }

        return examples.WithLabels(labels);
    }
}
