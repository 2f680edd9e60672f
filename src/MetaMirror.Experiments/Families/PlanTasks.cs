using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Runs;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Families;

/// <summary>The tasks that a plan speaks of.</summary>
public static class PlanTasks
{
    /// <summary>Makes the tasks of a plan; data that the program has not are looked for, test data are read when first measured on.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="plan">A plan about anything but meta-quadratics.</param>
    /// <param name="datasets">Where data sets are found.</param>
    /// <param name="seed">Master seed: of generated data and of the subset that losses are measured on.</param>
    /// <returns>The tasks in order; a task's place is its number.</returns>
    /// <exception cref="ArgumentException">The plan is about meta-quadratics, which are drawn without end, or its data do not suit its model.</exception>
    /// <exception cref="DatasetNotFoundException">A data set is nowhere; the message says which files to put where.</exception>
    /// <exception cref="DataFormatException">A file is damaged.</exception>
    public static IReadOnlyList<SupervisedTask<T>> Of<T>(Plan plan, DatasetCatalogue datasets, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(datasets);
        ModelPlan model = plan.Model ?? throw new ArgumentException($"Plan '{plan.Name}' has no model: meta-quadratics are compared by their own experiment.", nameof(plan));
        SupervisedOptions options = PlanModels.Options(plan);
        return plan.Family switch
        {
            RotatedImagesPlan images => Rotated<T>(images, model, options, datasets, seed),
            ImageSetsPlan sets => ImageSets.Tasks<T>(sets, model, options, datasets, seed),
            DigitPairsPlan pairs => Pairs<T>(pairs, model, options, datasets),
            SensorsPlan sensors => Sensors<T>(sensors, model, options, seed),
            RotatedQuadraticPlan quadratic => All(RotatedQuadraticFamily.Of<T>(
                seed, quadratic.Rotated, options with { StartAtZero = true }, quadratic.Tasks, quadratic.Dimensions, quadratic.Decades)),
            FolderPlan folder => Folder<T>(folder, model, options),
            _ => throw new ArgumentException($"Plan '{plan.Name}': no supervised tasks in a family of {plan.Family.GetType().Name}.", nameof(plan)),
        };
    }

    /// <summary>The tasks with their measurement: mean loss without the penalty, over the whole training set or the plan's subset.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="plan">The plan.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="seed">Master seed.</param>
    public static IReadOnlyList<MeasuredTask<T>> Measured<T>(Plan plan, IReadOnlyList<SupervisedTask<T>> tasks, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(tasks);
        return [.. tasks.Select((task, number) => new MeasuredTask<T>(task, number, Measure(plan, task, seed)))];
    }

    /// <summary>Numbers of the examples in the subset: the first n of a shuffle by the stream (seed, 0, 0, Evaluation, 0), the same for all tasks.</summary>
    /// <param name="count">Number of examples.</param>
    /// <param name="size">n; all, in their order, where there are not more.</param>
    /// <param name="seed">Master seed.</param>
    public static int[] Subset(int count, int size, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (size >= count)
            return order;
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.Evaluation, 0));
        stream.Shuffle(order);
        Array.Resize(ref order, size);
        Array.Sort(order);
        return order;
    }

    private static Func<LossMeasure<T>>? Measure<T>(Plan plan, SupervisedTask<T> task, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // The full-batch loss without a penalty is what is to be measured.
        if (plan.Training.BatchSize is null && plan.Model is { L2: 0 } && plan.Evaluation.Examples is null)
            return null;
        var subset = new Lazy<Dataset<T>>(() =>
        {
            Dataset<T> all = task.Data.Train.Examples;
            return plan.Evaluation.Examples is { } size && size < all.Count ? all.Select(Subset(all.Count, size, seed)) : all;
        });
        return () =>
        {
            var evaluation = new NetworkEvaluation<T>(task.Network, subset.Value, task.Options.Loss);
            return (theta, state) => evaluation.Measure(theta, state).Loss;
        };
    }

    private static List<SupervisedTask<T>> Rotated<T>(RotatedImagesPlan family, ModelPlan model, SupervisedOptions options, DatasetCatalogue datasets, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        KnownDataset known = DatasetCatalogue.Named(family.Dataset);
        Network network = PlanModels.Network(model, PlanModels.Input(family.Image()), PlanModels.Outputs(model, known.Classes, 0));
        TaskData<T> images = datasets.Load<T>(family.Dataset, family.TrainExamples, family.TestExamples);
        if (family.Size is { } size)
            images = images.Map(images.Name, split => ImageResize.Bilinear(split, size, size));
        if (family.LabelNoise > 0)
            images = images.MapTrain(train => LabelNoise.Of(train, family.LabelNoise, seed));
        return All(RotatedImages.Of(images, family.Angles, network, options, family.Contrast));
    }

    private static List<SupervisedTask<T>> Pairs<T>(DigitPairsPlan family, ModelPlan model, SupervisedOptions options, DatasetCatalogue datasets)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        KnownDataset known = DatasetCatalogue.Named(family.Dataset);
        Network network = PlanModels.Network(model, PlanModels.Input(known.Image), 1);
        return All(DigitPairs.Of(datasets.Load<T>(family.Dataset, family.TrainExamples, family.TestExamples), network, options, known.Classes));
    }

    // The family's own network is replaced by the plan's.
    private static List<SupervisedTask<T>> Sensors<T>(SensorsPlan family, ModelPlan model, SupervisedOptions options, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TaskFamily<T> sensors = model is MlpPlan ? SensorFamily.Mlp<T>(seed, options, family.Tasks) : SensorFamily.Linear<T>(seed, options, family.Tasks);
        List<SupervisedTask<T>> tasks = All(sensors);
        Network network = PlanModels.Network(model, tasks[0].Network.Input, 1);
        return [.. tasks.Select(t => new SupervisedTask<T>(t.Data, network, options))];
    }

    private static List<SupervisedTask<T>> Folder<T>(FolderPlan family, ModelPlan model, SupervisedOptions options)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        IReadOnlyList<TaskData<T>> tasks = TaskFolder.Read<T>(family.Folder, new TaskFolderOptions
        {
            Csv = new CsvOptions { Target = family.Target, TargetName = family.TargetColumn },
            TestFraction = family.TestFraction,
            Split = family.Split,
        });
        Dataset<T> first = tasks[0].Train.Examples;
        if (model is LogisticPlan && first.Classes != 2)
        {
            string classes = first.Classes.ToString(CultureInfo.InvariantCulture);
            throw new ArgumentException($"Logistic regression needs 2 classes, but the tasks in '{family.Folder}' have {classes}; use 'softmax' or 'mlp'.", nameof(family));
        }

        Network network = PlanModels.Network(model, new FeatureShape(first.Features), PlanModels.Outputs(model, first.Classes, first.Outputs));
        return [.. tasks.Select(t => new SupervisedTask<T>(t, network, options))];
    }

    private static List<SupervisedTask<T>> All<T>(TaskFamily<T> family)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, family.Count!.Value).Select(i => (SupervisedTask<T>)family[i])];
}
