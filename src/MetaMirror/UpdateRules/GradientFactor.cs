namespace MetaMirror.UpdateRules;

/// <summary>A factor s on the gradient as a function of N = ||g_t||_*^2, the N of the step before, and the radius tau, with its partial derivatives.</summary>
/// <param name="Value">s.</param>
/// <param name="BySquare">ds/dN.</param>
/// <param name="ByPrevious">ds/dN of the step before.</param>
/// <param name="ByRadius">ds/dtau.</param>
public readonly record struct GradientFactor(double Value, double BySquare = 0, double ByPrevious = 0, double ByRadius = 0)
{
    /// <summary>s = 1, whatever N and tau are.</summary>
    public static GradientFactor One => new(1);
}
