namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>How far a learner is from its target: mu of <see cref="BootstrappedMetaGradient{T}"/>.</summary>
public enum TargetMatching
{
    /// <summary>1/2 ||z - x||^2. Differs from the paper: with 1/2, so that the gradient is x - z (Algorithm 3 as printed has twice that).</summary>
    Euclidean,

    /// <summary>KL(p(z) || p(x)) of the objective's outputs on the batch of the K-th state, such as softmax probabilities.</summary>
    Outputs,
}
