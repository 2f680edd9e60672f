using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// PowerSign (Bello et al. 2017, arXiv 1709.07417, section 4.3): m' = beta m + (1 - beta) g; theta' = theta - eta alpha^(f(t) sign(g) sign(m')) g, alpha = e and beta = 0.9.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PowerSign<T> : SignAgreement<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public PowerSign(SignAgreementOptions? options = null)
        : base("powersign", options, (metas, o) => metas.Positive("alpha", o.Alpha ?? Math.E))
    {
    }

    private protected override (double Factor, double Slope) FactorOf(double s, double alpha)
    {
        double factor = Math.Pow(alpha, s);
        return (factor, s * factor / alpha);
    }
}
