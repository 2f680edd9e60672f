namespace MetaMirror.UpdateRules.Online;

/// <summary>What hypergradients are divided by before the meta rate takes them, so that it needs no scale.</summary>
public enum RateNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The norms of displacement and gradient: G is then the cosine of the angle between them. Not for element-wise rates.</summary>
    Cosine,

    /// <summary>The root of a running average of G^2, per rate, with Adam's bias correction.</summary>
    RunningRms,

    /// <summary>The root of the sum of G^2 so far, per rate (AdaGrad); of (G - hint)^2 for <see cref="RateForm.Anchored"/>.</summary>
    AdaGrad,
}
