using System.Globalization;

namespace MetaMirror.Optimism.Convex;

/// <summary>beta_t, the step size of the meta-learner: the regularizer at w_{t+1} is ||w - c||^2 / (2 beta_t); w_1 has beta_1 too.</summary>
public sealed class MetaRate
{
    private readonly Func<int, double> _rate;

    private MetaRate(string name, Func<int, double> rate) => (Name, _rate) = (name, rate);

    /// <summary>Name in tables and messages.</summary>
    public string Name { get; }

    /// <summary>The same beta at all steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">beta is not positive and finite.</exception>
    public static MetaRate Constant(double beta)
    {
        Given.Positive(beta, nameof(beta));
        return new MetaRate(beta.ToString("G4", CultureInfo.InvariantCulture), _ => beta);
    }

    /// <summary>beta_t = beta t^-power.</summary>
    /// <exception cref="ArgumentOutOfRangeException">beta is not positive and finite, or the power is negative or not finite.</exception>
    public static MetaRate Decaying(double beta, double power = .5)
    {
        Given.Positive(beta, nameof(beta));
        if (!(power >= 0) || !double.IsFinite(power))
            throw new ArgumentOutOfRangeException(nameof(power), power, "Expected a finite number of at least 0.");
        return new MetaRate(string.Create(CultureInfo.InvariantCulture, $"{beta:G4} t^-{power:G4}"), t => beta * Math.Pow(t, -power));
    }

    /// <summary>A user's own beta_t, of t from 1. Bounds hold only where it never increases, which runs watch.</summary>
    public static MetaRate Of(string name, Func<int, double> rate)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(rate);
        return new MetaRate(name, rate);
    }

    /// <summary>beta_t, t from 1.</summary>
    /// <exception cref="InvalidOperationException">A user's beta_t is not positive and finite.</exception>
    public double At(int step)
    {
        double beta = _rate(step);
        return beta > 0 && double.IsFinite(beta) ? beta : throw new InvalidOperationException($"Step size '{Name}': expected a positive finite beta of step {step}, found {beta}.");
    }
}
