namespace MetaMirror.Descents;

/// <summary>How an inner run ended.</summary>
/// <param name="Steps">Updates taken.</param>
/// <param name="Diverged">True if a loss, gradient, parameter or hypergradient became infinite or NaN.</param>
/// <param name="Tensor">The first tensor that is not finite, or "loss", or "hypergradient of" a meta-parameter; null unless diverged.</param>
public readonly record struct DescentResult(int Steps, bool Diverged, string? Tensor)
{
    /// <summary>What happened, in words.</summary>
    public override string ToString() => Diverged ? $"diverged at step {Steps}: {Tensor} is not finite" : $"completed {Steps} steps";
}
