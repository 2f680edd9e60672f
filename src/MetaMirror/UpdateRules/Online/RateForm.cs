namespace MetaMirror.UpdateRules.Online;

/// <summary>How a rate moves along its hypergradient, G_t = -dh_t/dw (docs/online.md).</summary>
public enum RateForm
{
    /// <summary>w += beta u, projected to the bounds: hypergradient descent (Baydin et al. 2018).</summary>
    Additive,

    /// <summary>
    /// w *= (1 + x/2) / (1 - x/2), x = beta u clipped to [-1, 1], u the slope in log w: exp(x) up to x^3/12, so w stays positive, moves by shares, at most threefold in a step,
    /// and back by -x.
    /// </summary>
    Multiplicative,

    /// <summary>
    /// w = w_1 + beta_t (sum of hypergradients + hint), projected to the bounds: optimistic follow-the-regularized-leader around w_1 (PAPERS 3.3), never worse than w_1 kept fixed
    /// by more than the regret that <see cref="OnlineRegret{T}"/> states.
    /// </summary>
    Anchored,
}
