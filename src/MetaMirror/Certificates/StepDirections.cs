namespace MetaMirror.Certificates;

/// <summary>
/// Along which vectors d_t a rule with hints steps, replayed from its gradients (PAPERS 6.8 g): d_t = c_t g_t - h_t + h_{t+1} with h_1 = 0, where h_{t+1} depends on g_1 .. g_t alone.
/// </summary>
public abstract class StepDirections
{
    /// <summary>Number of parameters n.</summary>
    public abstract int Length { get; }

    /// <summary>Forgets the run.</summary>
    public abstract void Clear();

    /// <summary>The direction of the next step, its rate included.</summary>
    /// <param name="step">t, from 0.</param>
    /// <param name="scaled">s_t g_t, shape [n].</param>
    /// <param name="direction">d_t, shape [n], overwritten.</param>
    public abstract void Next(int step, ReadOnlySpan<double> scaled, Span<double> direction);
}
