using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>
/// Transform: gradient = g_t - h_t + h_{t+1}, where the hint h_t is a guess of g_t made before it is seen, h_1 = 0. In front of mirror descent it
/// gives the one-step form of optimistic mirror descent (PAPERS 6.8 g), of which heavy ball and Nesterov's momentum are hints too.
/// </summary>
/// <remarks>
/// Any rule may follow in a <see cref="Chain{T}"/>; no hint is a chain without one. The state is the hint's alone, so a new hint is a new class.
/// With B_phi lambda-strongly convex: sum &lt;g_t, theta_t - u&gt; &lt;= B(u||theta_1)/eta + eta/(2 lambda) sum ||g_t - h_t||_*^2.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Hint<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// True if the hint guesses scaled gradients: it multiplies the gradient by the scale (the schedules before it) and sets the scale to 1, so that the bound
    /// holds with c_t g_t for g_t whatever the schedule. False leaves the scale to the step that follows: PyTorch's momentum (PAPERS 6.8 h).
    /// </summary>
    public abstract bool TakesScale { get; }
}
