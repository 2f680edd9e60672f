using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Plans;

/// <summary>The model that each task trains.</summary>
/// <param name="L2">Weight of the penalty l2/2 ||theta||^2 in the training loss. Default 0.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MlpPlan), "mlp")]
[JsonDerivedType(typeof(LeNet5Plan), "lenet5")]
[JsonDerivedType(typeof(ResNet18Plan), "resnet18")]
[JsonDerivedType(typeof(LinearPlan), "linear")]
[JsonDerivedType(typeof(LogisticPlan), "logistic")]
[JsonDerivedType(typeof(SoftmaxPlan), "softmax")]
public abstract record ModelPlan(double L2 = 0);

/// <summary>What stands between two layers.</summary>
public enum ActivationName
{
    /// <summary>max(0, x).</summary>
    [JsonStringEnumMemberName("relu")]
    Relu,

    /// <summary>tanh x.</summary>
    [JsonStringEnumMemberName("tanh")]
    Tanh,

    /// <summary>1 / (1 + exp(-x)).</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,
}

/// <summary>A multilayer perceptron; softmax cross-entropy for classes, mean squared error for real targets.</summary>
/// <param name="Hidden">Widths of the hidden layers.</param>
/// <param name="Activation">What stands between the layers. Default ReLU.</param>
/// <param name="L2">Weight of the penalty. Default 0.</param>
public sealed record MlpPlan(IReadOnlyList<int> Hidden, ActivationName Activation = ActivationName.Relu, double L2 = 0) : ModelPlan(L2);

/// <summary>LeNet-5 with ReLU and max-pooling, for images of at least 12 x 12 pixels; softmax cross-entropy.</summary>
/// <param name="L2">Weight of the penalty. Default 0.</param>
public sealed record LeNet5Plan(double L2 = 0) : ModelPlan(L2);

/// <summary>ResNet-18 in the variant for small images, with batch normalization; softmax cross-entropy.</summary>
/// <param name="L2">Weight of the penalty. Default 0.</param>
/// <param name="Width">Channels of the first stage; the later ones have 2, 4 and 8 times as many. Default 64.</param>
public sealed record ResNet18Plan(double L2 = 0, int Width = 64) : ModelPlan(L2);

/// <summary>Linear regression: mean squared error; convex.</summary>
/// <param name="L2">Weight of the penalty. Default 0.</param>
public sealed record LinearPlan(double L2 = 0) : ModelPlan(L2);

/// <summary>Logistic regression on two classes; convex.</summary>
/// <param name="L2">Weight of the penalty. Default 0.</param>
public sealed record LogisticPlan(double L2 = 0) : ModelPlan(L2);

/// <summary>Softmax regression; convex.</summary>
/// <param name="L2">Weight of the penalty. Default 0.</param>
public sealed record SoftmaxPlan(double L2 = 0) : ModelPlan(L2);
