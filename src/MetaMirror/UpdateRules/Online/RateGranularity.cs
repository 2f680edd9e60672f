namespace MetaMirror.UpdateRules.Online;

/// <summary>How many rates an <see cref="OnlineRate{T}"/> adapts.</summary>
public enum RateGranularity
{
    /// <summary>One for all parameters.</summary>
    Scalar,

    /// <summary>One for each tensor.</summary>
    Block,

    /// <summary>One for each parameter.</summary>
    Element,
}
