using System.Globalization;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Plans;

/// <summary>Checks that involve several keys, made once the form is right.</summary>
internal static class PlanChecks
{
    public static IReadOnlyList<PlanError> Of(Plan plan)
    {
        var errors = new List<PlanError>();
        if (plan.Family is MetaQuadraticsPlan quadratics)
            CheckQuadratics(plan, quadratics, errors);
        else
            CheckModel(plan, errors);
        if (plan.Evaluation.EverySteps > plan.Training.Steps)
            errors.Add(new PlanError("$.evaluation.everySteps", $"at most training.steps, {Text(plan.Training.Steps)}", Text(plan.Evaluation.EverySteps)));
        CheckGrids(plan, errors);
        LearningChecks.Add(plan, errors);
        return errors;
    }

    private static void CheckQuadratics(Plan plan, MetaQuadraticsPlan family, List<PlanError> errors)
    {
        if (plan.Model is not null)
            errors.Add(new PlanError("$.model", "no model for meta-quadratics: they are objectives themselves", "one"));
        if (plan.Training.BatchSize is { } size)
            errors.Add(new PlanError("$.training.batchSize", "none for meta-quadratics: they have no examples", Text(size)));
        if (plan.Target.Quantity != TargetQuantity.GradientNorm)
            errors.Add(new PlanError("$.target.quantity", "'gradientNorm' for meta-quadratics", plan.Target.Quantity == TargetQuantity.TrainingLoss ? "'trainingLoss'" : "'gradientMaximum'"));
        if (plan.HeldOut.Count > 0)
            errors.Add(new PlanError("$.heldOut", "none for meta-quadratics: family.heldOutTasks says how many are", Text(plan.HeldOut.Count)));
        if (plan.Target.Value.Number is null)
            errors.Add(new PlanError("$.target.value", "a number above 0 for meta-quadratics", "'bestClassicFinal'"));
        if (family.TuningTasks > family.LearnTasks)
            errors.Add(new PlanError("$.family.tuningTasks", $"at most family.learnTasks, {Text(family.LearnTasks)}", Text(family.TuningTasks)));
    }

    /// <summary>Two pools of 2 and a kernel of 5 leave something of so many pixels.</summary>
    private const int LeastForLeNet5 = 12;

    private static void CheckModel(Plan plan, List<PlanError> errors)
    {
        CheckImages(plan, errors);
        if (plan.Family is ImageSetsPlan sets)
            CheckSets(sets, errors);
        if (plan.Target.Quantity == TargetQuantity.GradientNorm)
            errors.Add(new PlanError("$.target.quantity", "'trainingLoss' or 'gradientMaximum': 'gradientNorm' is for meta-quadratics", "'gradientNorm'"));
        if (plan.Target.Quantity == TargetQuantity.GradientMaximum && plan.Training.BatchSize is { } size)
            errors.Add(new PlanError("$.training.batchSize", "none with the target 'gradientMaximum': it is that of the whole training set", Text(size)));
        if (plan.Target.Quantity == TargetQuantity.GradientMaximum && plan.Target.Value.Number is null)
            errors.Add(new PlanError("$.target.value", "a number above 0 for 'gradientMaximum'", "'bestClassicFinal'"));
        bool regression = plan.Family is SensorsPlan or RotatedQuadraticPlan or FolderPlan { Target: TargetKind.Regression };
        switch (plan.Model)
        {
            case null:
                errors.Add(new PlanError("$.model", "an object with 'kind': one of mlp, lenet5, resnet18, linear, logistic, softmax", "nothing"));
                break;
            case not LinearPlan when plan.Family is RotatedQuadraticPlan:
                errors.Add(new PlanError("$.model.kind", "'linear': a rotated quadratic is the loss of a linear model", "another model"));
                break;
            case LinearPlan when !regression:
                errors.Add(new PlanError("$.model.kind", "a model of classes (mlp, lenet5, resnet18, logistic, softmax): the targets of this family are classes", "'linear'"));
                break;
            case LogisticPlan or SoftmaxPlan when regression:
                errors.Add(new PlanError(
                    "$.model.kind", "a model of real targets (mlp, linear): the targets of this family are real numbers", plan.Model is LogisticPlan ? "'logistic'" : "'softmax'"));
                break;
            case LogisticPlan when plan.Family is RotatedImagesPlan or ImageSetsPlan:
                errors.Add(new PlanError("$.model.kind", "a model of many classes (mlp, lenet5, resnet18, softmax): the data has ten", "'logistic'"));
                break;
            case SoftmaxPlan when plan.Family is DigitPairsPlan:
                errors.Add(new PlanError("$.model.kind", "a model of two classes (mlp, lenet5, resnet18, logistic): each task is a pair", "'softmax'"));
                break;
            default:
                break;
        }
    }

    private static void CheckImages(Plan plan, List<PlanError> errors)
    {
        if (plan.Model is not (LeNet5Plan or ResNet18Plan))
            return;
        if (plan.Model is ResNet18Plan && plan.Training.BatchSize is null)
            errors.Add(new PlanError("$.training.batchSize", "an integer: batch normalization (resnet18) makes rows depend on each other, and the whole set as one batch would need memory for all of it", "nothing"));
        string model = plan.Model is LeNet5Plan ? "'lenet5'" : "'resnet18'";
        (string Owner, ImageShape Image)? found = plan.Family switch
        {
            RotatedImagesPlan { Size: { } } images => ("the family has", images.Image()),
            RotatedImagesPlan images => ($"'{images.Dataset}' has", DatasetCatalogue.Named(images.Dataset).Image),
            DigitPairsPlan pairs => ($"'{pairs.Dataset}' has", DatasetCatalogue.Named(pairs.Dataset).Image),
            ImageSetsPlan sets => ("the family has", sets.Image()),
            _ => null,
        };
        if (found is not var (owner, image))
        {
            errors.Add(new PlanError("$.model.kind", "a model of plain features (mlp, linear, logistic, softmax): only rotated-images, image-sets and digit-pairs say how large their images are", model));
            return;
        }

        if (plan.Model is LeNet5Plan && Math.Min(image.Rows, image.Columns) < LeastForLeNet5)
            errors.Add(new PlanError("$.model.kind", $"a model of small images (mlp, resnet18, softmax): lenet5 takes {Text(LeastForLeNet5)}x{Text(LeastForLeNet5)} pixels or more, and {owner} {Text(image.Rows)}x{Text(image.Columns)}", model));
    }

    /// <summary>One network is to serve all data sets of a family.</summary>
    private static void CheckSets(ImageSetsPlan family, List<PlanError> errors)
    {
        if (family is { Gray: true, Color: true })
            errors.Add(new PlanError("$.family.color", "false with 'gray': true: images are brought to one of the two", "true"));
        KnownDataset first = DatasetCatalogue.Named(family.Datasets[0]);
        for (int i = 1; i < family.Datasets.Count; i++)
        {
            KnownDataset set = DatasetCatalogue.Named(family.Datasets[i]);
            if (!family.Gray && !family.Color && set.Image.Channels != first.Image.Channels)
                errors.Add(new PlanError(
                    $"$.family.datasets[{Text(i)}]",
                    $"a data set of {Text(first.Image.Channels)} channels, as '{first.Name}' has, or 'gray': true, or 'color': true",
                    $"'{set.Name}' with {Text(set.Image.Channels)}"));
        }
    }

    // Extension multiplies by the grid's ratio, so there must be one.
    private static void CheckGrids(Plan plan, List<PlanError> errors)
    {
        foreach ((string name, IReadOnlyList<double> grid) in plan.Tuning.LearningRates)
        {
            for (int i = 1; i < grid.Count; i++)
            {
                if (grid[i] > grid[i - 1])
                    continue;
                errors.Add(new PlanError($"$.tuning.learningRates.{name}[{Text(i)}]", $"a rate above the one before it, {Text(grid[i - 1])}", Text(grid[i])));
                break;
            }
        }
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
