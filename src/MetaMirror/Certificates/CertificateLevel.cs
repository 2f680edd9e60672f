namespace MetaMirror.Certificates;

/// <summary>What a certificate speaks about.</summary>
public enum CertificateLevel
{
    /// <summary>Any loss: the linearized regret of exact mirror steps in one metric.</summary>
    L0,

    /// <summary>Convex loss: the regret of exact mirror steps (Theorem 3.1 of MetaMD v1 with the local dual norm).</summary>
    L1,

    /// <summary>Convex loss: what is really deployed, with trust region, momentum, optimism and schedule.</summary>
    L2,

    /// <summary>A family of tasks: Theorem 4.1 of MetaMD v1, corrected.</summary>
    L3,

    /// <summary>Anything, networks included: a figure of a fresh task by its rank among others.</summary>
    L4,
}
