namespace MetaMirror.Experiments.Benchmarks;

/// <summary>Cost of derivatives of one perceptron.</summary>
/// <param name="Grows">What grows: <c>batch</c>, <c>width</c> or <c>depth</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Network">Sizes of the layers.</param>
/// <param name="Batch">Examples of the batch.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="GradientMilliseconds">Loss and gradient, median.</param>
/// <param name="ProductMilliseconds">Hessian-vector product alone, at a point not seen before, median.</param>
/// <param name="GradientGigaflops">Rate of the gradient.</param>
/// <param name="ProductGigaflops">Rate of the product.</param>
public sealed record DerivativeCost(
    string Grows, int Value, string Network, int Batch, int Parameters, double GradientMilliseconds, double ProductMilliseconds,
    double GradientGigaflops, double ProductGigaflops);

/// <summary>Cost of a hypergradient through T steps.</summary>
/// <param name="Network">What is trained: <c>mlp</c> or <c>lenet</c>.</param>
/// <param name="Steps">T.</param>
/// <param name="Milliseconds">Median.</param>
/// <param name="Gradients">Loss gradients evaluated, the replayed ones too.</param>
/// <param name="HessianVectorProducts">Products computed.</param>
/// <param name="TrajectoryMegabytes">Stored states, cotangents and work vectors, 2^20 bytes.</param>
/// <param name="AllStatesMegabytes">What the states and gradients of all T steps would take.</param>
public sealed record HypergradientCost(
    string Network, int Steps, double Milliseconds, long Gradients, long HessianVectorProducts, double TrajectoryMegabytes, double AllStatesMegabytes);

/// <summary>How costs grow.</summary>
/// <param name="Threads">Threads used.</param>
/// <param name="Derivatives">Gradients and products.</param>
/// <param name="Hypergradients">Hypergradients.</param>
public sealed record ScalingResult(int Threads, IReadOnlyList<DerivativeCost> Derivatives, IReadOnlyList<HypergradientCost> Hypergradients);
