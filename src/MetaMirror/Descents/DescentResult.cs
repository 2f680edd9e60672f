namespace MetaMirror.Descents;

/// <summary>How an inner run ended.</summary>
/// <param name="Steps">Updates taken.</param>
/// <param name="Diverged">True if a loss, gradient, parameter or hypergradient became infinite or NaN, or the loss ended far above its start.</param>
/// <param name="Tensor">The first tensor that is not finite, or "loss", "hypergradient of" a meta-parameter, or "loss times" a factor where it is finite but ran away; null unless diverged.</param>
public readonly record struct DescentResult(int Steps, bool Diverged, string? Tensor)
{
    /// <summary>Begins <see cref="Tensor"/> where the loss is finite but grew beyond all measure; the factor follows.</summary>
    internal const string Grown = "loss times";

    /// <summary>What happened, in words.</summary>
    public override string ToString() => !Diverged ? $"completed {Steps} steps"
        : Tensor?.StartsWith(Grown, StringComparison.Ordinal) == true ? $"diverged by step {Steps}: the loss grew to {Tensor[(Grown.Length + 1)..]} times its start"
        : $"diverged at step {Steps}: {Tensor} is not finite";
}
