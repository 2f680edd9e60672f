namespace MetaMirror.Optimism.Convex;

/// <summary>The weights alpha_t of the averaged iterate xbar_T = sum alpha_t x_t / A_T, A_T = alpha_1 + ... + alpha_T (PAPERS 3.2).</summary>
public sealed class IterateWeights
{
    private readonly Func<int, double, double> _weight;

    private IterateWeights(string name, Func<int, double, double> weight) => (Name, _weight) = (name, weight);

    /// <summary>alpha_t = 1: the plain average, 1/T without hints.</summary>
    public static IterateWeights Uniform { get; } = new("1", (_, _) => 1);

    /// <summary>alpha_t = t: 1/T^2 with the last gradient as hint, at beta = 1/(4 lambda L).</summary>
    public static IterateWeights Linear { get; } = new("t", (t, _) => t);

    /// <summary>alpha_1 = 1, alpha_t = sqrt(A_{t-1}): half the constant of <see cref="Linear"/>, at beta = 1/(lambda L) (PAPERS 3.3).</summary>
    public static IterateWeights SquareRoot { get; } = new("sqrt(A_(t-1))", (t, sum) => t == 1 ? 1 : Math.Sqrt(sum));

    /// <summary>Name in tables and messages.</summary>
    public string Name { get; }

    /// <summary>A user's own weights.</summary>
    /// <param name="name">Name in tables and messages.</param>
    /// <param name="weight">alpha_t of t (from 1) and A_{t-1}; positive and finite.</param>
    public static IterateWeights Of(string name, Func<int, double, double> weight)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(weight);
        return new IterateWeights(name, weight);
    }

    /// <summary>alpha_t.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="sumBefore">A_{t-1}.</param>
    /// <exception cref="InvalidOperationException">A user's weight is not positive and finite.</exception>
    public double At(int step, double sumBefore)
    {
        double alpha = _weight(step, sumBefore);
        return alpha > 0 && double.IsFinite(alpha) ? alpha : throw new InvalidOperationException($"Weights '{Name}': expected a positive finite weight of step {step}, found {alpha}.");
    }
}
