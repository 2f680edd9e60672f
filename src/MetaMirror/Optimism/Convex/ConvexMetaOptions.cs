using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>Which Jacobian turns a guess of grad f(xbar_{t+1}) into a hint.</summary>
public enum HintJacobian
{
    /// <summary>D_{t+1}, at the xbar_t that is known: the hint of the rates (PAPERS 3.3).</summary>
    Newest,

    /// <summary>D_t, at xbar_{t-1}: the hint that bootstrapped meta-gradients amount to (PAPERS 3.5).</summary>
    OneOlder,
}

/// <summary>What Algorithms 2 and 4 leave open.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed record ConvexMetaOptions<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>varphi.</summary>
    public required UpdateFamily<T> Family { get; init; }

    /// <summary>How w is learned.</summary>
    public required ConvexMetaLearner<T> Learner { get; init; }

    /// <summary>alpha_t. Default: 1.</summary>
    public IterateWeights Weights { get; init; } = IterateWeights.Uniform;

    /// <summary>The hints. Default: none, Algorithm 2.</summary>
    public Guess<T> Guess { get; init; } = new NoGuess<T>();

    /// <summary>Which Jacobian the hints are made with. Default: the newest.</summary>
    public HintJacobian HintJacobian { get; init; }
}
