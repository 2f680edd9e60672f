using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Networks;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Families;

/// <summary>Data sets of images as one family: subsets and splits first, then gray if asked for, then one size, bilinear, then normalized if asked for.</summary>
internal static class ImageSets
{
    /// <summary>The tasks of a family, one for each data set.</summary>
    /// <exception cref="DataFormatException">A file is damaged, or a class is absent from a split; the message names it.</exception>
    public static List<SupervisedTask<T>> Tasks<T>(ImageSetsPlan family, ModelPlan model, SupervisedOptions options, DatasetCatalogue datasets, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Network network = PlanModels.Network(model, PlanModels.Input(family.Image()), PlanModels.Outputs(model, family.Classes(), 0));
        return [.. family.Datasets.Select((name, number) => new SupervisedTask<T>(Data<T>(family, name, (uint)number, datasets, seed), network, options))];
    }

    private static TaskData<T> Data<T>(ImageSetsPlan family, string name, uint number, DatasetCatalogue datasets, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TaskData<T> all = datasets.Load<T>(name, family.Balanced ? int.MaxValue : family.TrainExamples, family.TestExamples);
        Dataset<T> train = family.Balanced
            ? RandomSplits.Balanced(all.Train.Examples, family.TrainExamples, seed, number)
            : RandomSplits.Complete(all.Train.Examples, $"training examples of '{name}'");
        var data = new TaskData<T>(
            name,
            DataSplit<T>.Of(all.Train.Name, train),
            test: DataSplit<T>.Lazily(all.Test!.Name, () => RandomSplits.Complete(all.Test.Examples, $"test examples of '{name}'")));
        if (family.ValidationFraction > 0)
            data = RandomSplits.WithValidation(data, family.ValidationFraction, seed, number);
        data = data.Map(name, split => ImageResize.Bilinear(Wide(Colored(family, split), family.Classes()), family.Rows, family.Columns));
        return family.Normalize ? ChannelNormalization.Of(data) : data;
    }

    private static Dataset<T> Colored<T>(ImageSetsPlan family, Dataset<T> split)
        where T : unmanaged, IFloatingPointIeee754<T> => family.Gray ? ImageColor.ToGrayscale(split) : family.Color ? ImageColor.ToColor(split) : split;

    /// <summary>The same labels among more classes, for the outputs that all data sets share.</summary>
    private static Dataset<T> Wide<T>(Dataset<T> split, int classes)
        where T : unmanaged, IFloatingPointIeee754<T> => split.Classes == classes
            ? split
            : Dataset<T>.Classification(split.Name, split.Inputs.ToArray(), split.Features, split.Labels.ToArray(), classes, split.Image);
}
