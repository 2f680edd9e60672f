using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>Pictures of a learned preconditioner: for image inputs, the first layer's metric as images.</summary>
public static class LearnedPictures
{
    private const int BasisImages = 8;

    /// <summary>Pictures of a rule's metric on the first weight; empty if there is nothing to show.</summary>
    public static IReadOnlyList<PreconditionerPicture> Of<T>(LearnedRule<T> learned, ImageShape? image)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(learned);
        ParameterBlock? first = learned.Layout.Blocks.FirstOrDefault(b => b.IsMatrix);
        if (first is null)
            return [];
        if (Find(learned.Rule) is { IsDefault: false } blocks)
            return OfBasis(learned.Name, blocks[learned.Layout.Blocks.IndexOf(first)], image);
        if (learned.Rule.Mirror(learned.Layout) is not { } mirror)
            return [];
        T[] metric = learned.Natural.AsSpan().Slice(mirror.MetaStart, mirror.MetaLength).ToArray();
        return mirror.Divergence switch
        {
            DiagonalQuadratic<T> => [OfDiagonal(learned.Name, "rate", metric, first, image)],
            MaxOfDiagonals<T> max => [.. Enumerable.Range(0, max.Components).Select(j => OfDiagonal(
                learned.Name, $"component {j + 1}", metric.AsSpan(j * learned.Layout.Length, learned.Layout.Length), first, image))],
            _ => [],
        };
    }

    private static ImmutableArray<BasisBlock<T>> Find<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T> => rule switch
        {
            LearnedBasis<T> basis => basis.Blocks,
            TrackedBasis<T> tracked => tracked.Start,
            AveragedIterates<T> averaged => Find(averaged.Rule),
            Chain<T> chain => chain.Members.Select(Find).FirstOrDefault(blocks => !blocks.IsDefault),
            _ => default,
        };

    private static List<PreconditionerPicture> OfBasis<T>(string name, BasisBlock<T> block, ImageShape? image)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = block.Block.Columns;
        int r = block.Rank;
        double[] eigenvalue = new double[r];
        for (int i = 0; i < block.Block.Rows; i++)
        {
            for (int j = 0; j < r; j++)
                eigenvalue[j] += double.CreateChecked(block.Prior[(i * r) + j]);
        }

        double[] size = new double[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < r; j++)
            {
                double u = double.CreateChecked(block.Right[(i * r) + j]);
                size[i] += u * u * eigenvalue[j];
            }

            size[i] = Math.Sqrt(size[i]);
        }

        (int rows, int columns) = Grid(image, n);
        var pictures = new List<PreconditionerPicture>
        {
            new("expected gradient", rows, columns, size, $"{name}: root mean square gradient per input of the first layer, as learned from the source tasks."),
        };
        for (int k = 0; k < Math.Min(BasisImages, r); k++)
        {
            int column = r - 1 - k;
            double[] vector = [.. Enumerable.Range(0, n).Select(i => double.CreateChecked(block.Right[(i * r) + column]))];
            pictures.Add(new($"direction {k + 1}", rows, columns, vector, $"{name}: leading input-side basis vectors; the metric is diagonal in this basis."));
        }

        return pictures;
    }

    private static PreconditionerPicture OfDiagonal<T>(string name, string title, ReadOnlySpan<T> metric, ParameterBlock first, ImageShape? image)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] rate = new double[first.Columns];
        for (int i = 0; i < first.Length; i++)
            rate[i % first.Columns] += 1 / (double.CreateChecked(metric[first.Offset + i]) * first.Rows);
        (int rows, int columns) = Grid(image, first.Columns);
        return new(title, rows, columns, rate, $"{name}: mean of 1/P over the outputs, per input of the first layer: where the learned optimizer steps far.");
    }

    private static (int Rows, int Columns) Grid(ImageShape? image, int n) =>
        image is { Channels: 1 } shape && shape.Rows * shape.Columns == n ? (shape.Rows, shape.Columns) : (1, n);
}
