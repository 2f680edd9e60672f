using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>Reads a split of a data set from the form that it was found in.</summary>
internal static class EditionReader
{
    /// <summary>Reads the first images of a split.</summary>
    /// <exception cref="DataFormatException">A file is damaged or is another data set's.</exception>
    public static Dataset<T> Read<T>(FoundDataset found, bool test, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        KnownDataset known = found.Known;
        DataFileRole images = test ? DataFileRole.TestImages : DataFileRole.TrainImages;
        DataFileRole labels = test ? DataFileRole.TestLabels : DataFileRole.TrainLabels;
        DataFileRole both = test ? DataFileRole.Test : DataFileRole.Train;
        Dataset<T> read = found.Edition!.Format switch
        {
            ImageFormat.Idx => ImageFiles.Read<T>(known.Name, found.PathOf(images), found.PathOf(labels), count, known.Classes),
            ImageFormat.Qmnist => Qmnist<T>(known, found.PathOf(images), found.PathOf(labels), count),
            ImageFormat.Stl10 => Stl(found.PathOf(images), found.PathOf(labels), count).ToDataset<T>(known.Name, known.Classes),
            _ => Parts(found.PathsOf(both), found.Edition.Format, count).ToDataset<T>(known.Name, known.Classes),
        };
        return read.Image == known.Image
            ? read
            : throw new DataFormatException(found.PathOf(images), $"images of {known.Image} for {known.Name}", $"{read.Image}");
    }

    private static Dataset<T> Qmnist<T>(KnownDataset known, string images, string labels, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using FileStream stream = File.OpenRead(labels);
        return ImageFiles.Join<T>(known.Name, images, IdxReader.ReadFile(images, count), labels, QmnistLabels.Read(stream, labels, count), known.Classes);
    }

    private static ImageBytes Stl(string images, string labels, int count)
    {
        using FileStream x = File.OpenRead(images), y = File.OpenRead(labels);
        return StlReader.Read(x, images, y, labels, count);
    }

    private static ImageBytes Parts(string[] files, ImageFormat format, int count)
    {
        var parts = new List<ImageBytes>();
        foreach (string file in files)
        {
            int left = count - parts.Sum(p => p.Count);
            if (left == 0)
                break;
            using FileStream stream = File.OpenRead(file);
            parts.Add(format switch
            {
                ImageFormat.SvhnMat => SvhnReader.Read(stream, file, left),
                ImageFormat.UspsText => UspsReader.Read(stream, file, left),
                ImageFormat.Cifar10 => CifarReader.Read(stream, file, CifarLabels.Ten, left),
                ImageFormat.Cifar100Fine => CifarReader.Read(stream, file, CifarLabels.Fine, left),
                ImageFormat.Cifar100Coarse => CifarReader.Read(stream, file, CifarLabels.Coarse, left),
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format of one file."),
            });
        }

        return ImageBytes.Join(parts);
    }
}
