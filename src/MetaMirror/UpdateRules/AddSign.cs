using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// AddSign (Bello et al. 2017, arXiv 1709.07417, section 4.3): m' = beta m + (1 - beta) g; theta' = theta - eta (alpha + f(t) sign(g) sign(m')) g, alpha = 1 and beta = 0.9.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AddSign<T> : SignAgreement<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public AddSign(SignAgreementOptions? options = null)
        : base("addsign", options, (metas, o) => metas.NotNegative("alpha", o.Alpha ?? 1))
    {
    }

    private protected override (double Factor, double Slope) FactorOf(double s, double alpha) => (alpha + s, 1);
}
