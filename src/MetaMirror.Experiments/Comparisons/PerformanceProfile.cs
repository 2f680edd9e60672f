using System.Collections.Immutable;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>
/// The performance profile of AlgoPerf (Dahl et al., "Benchmarking neural network training algorithms", 2023): with r = time / best time on a
/// workload, rho(tau) is the share of workloads with r at most tau, and the score is B = 1 / (tau_max - 1) times the integral of rho from 1 to tau_max.
/// </summary>
public sealed class PerformanceProfile
{
    /// <summary>tau_max of AlgoPerf.</summary>
    public const double UsualLimit = 4;

    private readonly double[] _ratios;

    private PerformanceProfile(double[] ratios, double limit)
    {
        Array.Sort(ratios);
        _ratios = ratios;
        Limit = limit;
        double integral = 0;
        foreach (double ratio in ratios)
            integral += Math.Max(0, limit - ratio) / ratios.Length;
        Score = integral / (limit - 1);
    }

    /// <summary>tau_max.</summary>
    public double Limit { get; }

    /// <summary>B, from 0 (never within tau_max of the best) to 1 (always the best).</summary>
    public double Score { get; }

    /// <summary>r, rising; infinite where the target was not reached.</summary>
    public ReadOnlySpan<double> Ratios => _ratios;

    /// <summary>rho(tau).</summary>
    /// <param name="tau">At least 1.</param>
    public double At(double tau) => (double)_ratios.Count(r => r <= tau) / _ratios.Length;

    /// <summary>The corners of rho between 1 and tau_max: (tau, rho(tau)) at 1 and wherever it rises.</summary>
    public IReadOnlyList<(double Tau, double Rho)> Corners()
    {
        double[] at = [1, .. _ratios.Where(r => r > 1 && r <= Limit).Distinct()];
        return [.. at.Select(tau => (tau, At(tau)))];
    }

    /// <summary>The profiles of some methods on the same workloads. A workload that no method solved counts against all of them.</summary>
    /// <param name="times">Times, shape [methods][workloads], positive or zero; infinite or NaN: not solved.</param>
    /// <param name="limit">tau_max, above 1. Default 4.</param>
    /// <exception cref="ArgumentException">There is no method or workload, the rows differ in length, or a number is out of range.</exception>
    public static ImmutableArray<PerformanceProfile> Of(IReadOnlyList<IReadOnlyList<double>> times, double limit = UsualLimit)
    {
        ArgumentNullException.ThrowIfNull(times);
        if (!(limit > 1) || !double.IsFinite(limit))
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit of a performance profile must be finite and above 1.");
        int workloads = times.Count > 0 ? times[0].Count : 0;
        if (workloads == 0 || times.Any(t => t.Count != workloads))
            throw new ArgumentException($"Expected at least one method with as many times as the others, at least one, found rows of {string.Join(", ", times.Select(t => t.Count))}.", nameof(times));
        if (times.SelectMany(t => t).Any(t => t < 0))
            throw new ArgumentException("Expected times of at least 0, found a negative one.", nameof(times));
        double[] best = [.. Enumerable.Range(0, workloads).Select(w => times.Min(t => Solved(t[w])))];
        return [.. times.Select(t => new PerformanceProfile([.. Enumerable.Range(0, workloads).Select(w => Ratio(Solved(t[w]), best[w]))], limit))];
    }

    private static double Solved(double time) => double.IsNaN(time) ? double.PositiveInfinity : time;

    // Of two times 0 both are the best; nothing is within a ratio of 0 but 0.
    private static double Ratio(double time, double best) => double.IsInfinity(time) ? double.PositiveInfinity : time == best ? 1 : time / best;
}
