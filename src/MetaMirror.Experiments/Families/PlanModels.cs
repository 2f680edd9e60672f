using MetaMirror.Datasets;
using MetaMirror.Experiments.Plans;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Families;

/// <summary>Models of plans as networks: linear models are networks of one linear layer.</summary>
internal static class PlanModels
{
    /// <summary>The network for this input and so many outputs.</summary>
    public static Network Network(ModelPlan model, FeatureShape input, int outputs) => model switch
    {
        MlpPlan mlp => Networks.Network.Mlp(Activation(mlp.Activation), [input.Size, .. mlp.Hidden, outputs]),
        LeNet5Plan => Networks.Network.LeNet5(input, outputs),
        ResNet18Plan resnet => Networks.Network.ResNet18(input, outputs, resnet.Width),
        _ => Networks.Network.Mlp(input.Size, outputs),
    };

    /// <summary>An image as the input of a network.</summary>
    public static FeatureShape Input(ImageShape image) => new(image.Channels, image.Rows, image.Columns);

    /// <summary>Outputs for these examples: one per class or target, one alone for logistic regression.</summary>
    public static int Outputs(ModelPlan model, int classes, int targets) => model is LogisticPlan ? 1 : Math.Max(classes, targets);

    /// <summary>Batches and regularizer.</summary>
    public static SupervisedOptions Options(Plan plan) => new(plan.Training.BatchSize ?? 1)
    {
        Regularizer = plan.Model is { L2: > 0 and var l2 } ? RegularizerWeight.Fixed(l2) : null,
    };

    private static Layer Activation(ActivationName name) => name switch
    {
        ActivationName.Relu => new ReLU(),
        ActivationName.Tanh => new Tanh(),
        ActivationName.Sigmoid => new Sigmoid(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such activation."),
    };
}
