using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>What all solvers keep about a solve, and the checks they share.</summary>
internal struct SolveState(string solver, double normOfB, bool truncatedByRequest)
{
    public int Iterations;
    public CurvatureSign Curvature;

    public readonly SolveReport Report(SolveStatus status, double residual)
    {
        double relative = normOfB > 0 ? residual / normOfB : residual == 0 ? 0 : double.PositiveInfinity;
        return new SolveReport(solver, status, Iterations, residual, relative, Curvature) { TruncatedByRequest = truncatedByRequest };
    }

    /// <summary>Records pᵀAp, counted as zero when it is no larger than the rounding error of the product.</summary>
    public CurvatureSign Record(double pAp, double pp, double noise)
    {
        CurvatureSign sign = Math.Abs(pAp) <= noise * pp ? CurvatureSign.Zero : pAp > 0 ? CurvatureSign.Positive : CurvatureSign.Negative;
        if (sign > Curvature)
            Curvature = sign;
        return sign;
    }

    public static void Check<T>(LinearOperator<T> a, ReadOnlySpan<T> b, Span<T> x, Span<T> scratch, int scratchLength)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        ArgumentNullException.ThrowIfNull(a);
        Require.SameLength(a.Length, b.Length, "the operator", nameof(b));
        Require.SameLength(a.Length, x.Length, "the operator", nameof(x));
        Require.AtLeast(scratchLength, scratch.Length, nameof(scratch));
        Require.Disjoint(b, x, nameof(b), nameof(x));
        Require.Disjoint(b, scratch, nameof(b), nameof(scratch));
        Require.Disjoint<T>(x, scratch, nameof(x), nameof(scratch));
    }

    public static void CheckSetting(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and not negative.");
    }

    public static double Norm<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Math.Sqrt(Vectors.SquaredNorm(x));

    /// <summary>Unit roundoff of T times √n, the usual size of the relative error of a product with n terms.</summary>
    public static double Noise<T>(int n)
        where T : unmanaged, IFloatingPointIeee754<T> => (typeof(T) == typeof(float) ? 6e-8 : 1.2e-16) * Math.Sqrt(Math.Max(1, n));
}
