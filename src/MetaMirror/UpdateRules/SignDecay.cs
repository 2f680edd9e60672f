namespace MetaMirror.UpdateRules;

/// <summary>How much the agreement of signs counts at step t of T (Bello et al. 2017, section 4.4): f(t), from 1.</summary>
public enum SignDecay
{
    /// <summary>f = 1.</summary>
    None,

    /// <summary>f = 1 - t / T.</summary>
    Linear,

    /// <summary>f = (1 + cos(2 pi n t / T)) / 2 with n periods: with n = 1/2 from 1 to 0.</summary>
    Cosine,

    /// <summary>f = (1 + cos(pi ((n t) mod T) / T)) / 2: n times from 1 to 0.</summary>
    Restart,
}
