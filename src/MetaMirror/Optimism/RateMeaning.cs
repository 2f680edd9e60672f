namespace MetaMirror.Optimism;

/// <summary>What the learning rate is when a gradient keeps acting through momentum.</summary>
public enum RateMeaning
{
    /// <summary>eta, the factor of the momentum buffer, as in PyTorch. Schedules act on the step, after the buffer (PAPERS 6.8 h).</summary>
    OneStep,

    /// <summary>
    /// gamma = eta / (1 - mu), all that one gradient moves theta in the end: momentum as a hint (PAPERS 6.8 g). Changing mu leaves the total alone, so the two
    /// can be learned apart; schedules act on the gradients, before the buffer.
    /// </summary>
    Total,
}
