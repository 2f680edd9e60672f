using System.Numerics;
using System.Numerics.Tensors;

namespace MetaMirror.Divergences;

/// <summary>Which number stands for lambda in bounds and meta-objectives (PAPERS 6.3).</summary>
public enum StrongConvexityKind
{
    /// <summary>min P = min m^2: the strong convexity constant of 1/2 theta^T M^2 theta. The default.</summary>
    MinimumSquared,

    /// <summary>min m = min sqrt(P), as MetaMD v1 prints it below Eq. 10. Not a strong convexity constant: for reproduction only.</summary>
    PrintedMinimum,

    /// <summary>(sum P^-p)^(-1/p), at most min P, smooth in P.</summary>
    PNorm,

    /// <summary>-(1/tau) log sum exp(-tau P), at most min P, smooth in P; it can be negative.</summary>
    SoftMin,
}

/// <summary>lambda as a function of the entries of a diagonal metric P = M^2, with its gradient.</summary>
/// <remarks>Differs from the paper: lambda is min m^2 by default, not min m (<see cref="StrongConvexityKind.PrintedMinimum"/>), which is no
/// strong convexity constant. A log-mean-exp soft minimum is not offered because it overstates lambda.</remarks>
public sealed record StrongConvexityEstimate
{
    private StrongConvexityEstimate(StrongConvexityKind kind, double parameter)
    {
        Kind = kind;
        Parameter = parameter;
    }

    /// <summary>min P, exact.</summary>
    public static StrongConvexityEstimate MinimumSquared { get; } = new(StrongConvexityKind.MinimumSquared, 0);

    /// <summary>min sqrt(P), as printed.</summary>
    public static StrongConvexityEstimate PrintedMinimum { get; } = new(StrongConvexityKind.PrintedMinimum, 0);

    /// <summary>Which formula.</summary>
    public StrongConvexityKind Kind { get; }

    /// <summary>p or tau; 0 where there is none.</summary>
    public double Parameter { get; }

    /// <summary>True if the value is never above the strong convexity constant, so that bounds may use it.</summary>
    public bool IsLowerBound => Kind != StrongConvexityKind.PrintedMinimum;

    /// <summary>(sum P^-p)^(-1/p).</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not positive and finite.</exception>
    public static StrongConvexityEstimate PNorm(double p) => new(StrongConvexityKind.PNorm, Positive(p, nameof(p)));

    /// <summary>-(1/tau) log sum exp(-tau P).</summary>
    /// <exception cref="ArgumentOutOfRangeException">tau is not positive and finite.</exception>
    public static StrongConvexityEstimate SoftMin(double tau) => new(StrongConvexityKind.SoftMin, Positive(tau, nameof(tau)));

    /// <summary>lambda(P), in double.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="metric">Distinct entries of P, positive, at least one.</param>
    /// <exception cref="ArgumentException">There are no entries.</exception>
    public double Evaluate<T>(ReadOnlySpan<T> metric)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double min = Minimum(metric, out _);
        switch (Kind)
        {
            case StrongConvexityKind.MinimumSquared:
                return min;
            case StrongConvexityKind.PrintedMinimum:
                return Math.Sqrt(min);
            case StrongConvexityKind.PNorm:
                return min * Math.Pow(Sum(metric, min), -1 / Parameter);
            default:
                return min - (Math.Log(Sum(metric, min)) / Parameter);
        }
    }

    /// <summary>aMetric += weight d lambda / dP; at a tie of the minimum the sub-gradient of the first entry.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="metric">Entries of P.</param>
    /// <param name="weight">Factor.</param>
    /// <param name="aMetric">As long as <paramref name="metric"/>; added to.</param>
    /// <exception cref="ArgumentException">There are no entries.</exception>
    public void AddGradient<T>(ReadOnlySpan<T> metric, T weight, Span<T> aMetric)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double min = Minimum(metric, out int index);
        switch (Kind)
        {
            case StrongConvexityKind.MinimumSquared:
                aMetric[index] += weight;
                break;
            case StrongConvexityKind.PrintedMinimum:
                aMetric[index] += weight / T.CreateTruncating(2 * Math.Sqrt(min));
                break;
            case StrongConvexityKind.PNorm:
                double lambda = Evaluate(metric);
                for (int i = 0; i < metric.Length; i++)
                    aMetric[i] += weight * T.CreateTruncating(Math.Pow(lambda / double.CreateTruncating(metric[i]), Parameter + 1));
                break;
            default:
                double sum = Sum(metric, min);
                for (int i = 0; i < metric.Length; i++)
                    aMetric[i] += weight * T.CreateTruncating(Term(double.CreateTruncating(metric[i]), min) / sum);
                break;
        }
    }

    private static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite.");

    private static double Minimum<T>(ReadOnlySpan<T> metric, out int index)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (metric.IsEmpty)
            throw new ArgumentException("A metric without entries has no smallest one.", nameof(metric));
        index = TensorPrimitives.IndexOfMin(metric);
        return double.CreateTruncating(metric[index]);
    }

    /// <summary>The summand of both smooth estimates, shifted by the minimum so that the largest is 1.</summary>
    private double Term(double p, double min) => Kind == StrongConvexityKind.PNorm ? Math.Pow(min / p, Parameter) : Math.Exp(-Parameter * (p - min));

    private double Sum<T>(ReadOnlySpan<T> metric, double min)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T p in metric)
            sum += Term(double.CreateTruncating(p), min);
        return sum;
    }
}
