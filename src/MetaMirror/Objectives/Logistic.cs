namespace MetaMirror.Objectives;

/// <summary>The logistic function and its logarithm, exact to rounding for every finite argument.</summary>
internal static class Logistic
{
    /// <summary>log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)): no overflow.</summary>
    public static double Softplus(double z) => Math.Max(z, 0) + Log1P(Math.Exp(-Math.Abs(z)));

    /// <summary>1 / (1 + exp(-z)), from the exponential that does not overflow.</summary>
    public static double Sigmoid(double z)
    {
        double e = Math.Exp(-Math.Abs(z));
        return (z >= 0 ? 1 : e) / (1 + e);
    }

    /// <summary>log(1 + x) for x >= 0: the rounding of u = 1 + x is undone by the factor x / (u - 1) (Kahan).</summary>
    private static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
