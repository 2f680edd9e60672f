namespace MetaMirror.Networks;

/// <summary>A layer at its place in a network.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Name">Prefix of its tensors' names, e.g. <c>layer1.0.conv1</c>.</param>
/// <param name="Source">Number of the node whose output it takes; <see cref="Data"/> for the network's input.</param>
/// <param name="Second">Number of the node whose output is its second input; <see cref="None"/> for layers of one.</param>
/// <param name="Input">Shape of an input row.</param>
/// <param name="Output">Shape of an output row.</param>
/// <param name="Offset">First index of its parameters in theta.</param>
/// <param name="Length">Number of its parameters.</param>
/// <param name="StateOffset">First index of its buffers in the objective state.</param>
/// <param name="StateLength">Number of its buffers' entries.</param>
public sealed record NetworkNode(
    Layer Layer, string Name, int Source, int Second, FeatureShape Input, FeatureShape Output, int Offset, int Length, int StateOffset, int StateLength)
{
    /// <summary>The network's input as a source.</summary>
    public const int Data = -1;

    /// <summary>No second input.</summary>
    public const int None = -2;

    /// <summary>True if its input depends on parameters, so that derivatives go on through it.</summary>
    public bool InputVaries { get; init; }

    /// <summary>True if its second input depends on parameters.</summary>
    public bool SecondVaries { get; init; }

    /// <summary>True if its output depends on parameters.</summary>
    public bool Varies => Length > 0 || InputVaries || SecondVaries;

    /// <summary>True if a later node takes the same input: cotangents add up.</summary>
    public bool SharesInput { get; init; }

    /// <summary>True if a later node takes the same second input, or this one as its first.</summary>
    public bool SharesSecond { get; init; }
}
