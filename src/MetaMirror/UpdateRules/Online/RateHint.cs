namespace MetaMirror.UpdateRules.Online;

/// <summary>Guess of the next gradient, or hypergradient, that makes the meta-learner optimistic (PAPERS 3.3 and 3.5).</summary>
public enum RateHint
{
    /// <summary>None: plain hypergradient descent.</summary>
    None,

    /// <summary>y_{t+1} = g_t, the last gradient.</summary>
    LastGradient,

    /// <summary>y_{t+1} = a y_t + (1 - a) g_t, the exponential average.</summary>
    AverageGradient,

    /// <summary>y_{t+1} = gradient where the present rate would lead: one more gradient each step, counted.</summary>
    LookAhead,

    /// <summary>The last hypergradient itself, whose displacement and gradient are of different batches.</summary>
    LastHypergradient,

    /// <summary>The exponential average of hypergradients.</summary>
    AverageHypergradient,
}
