using System.Collections.Immutable;
using System.Globalization;

namespace MetaMirror.Certificates;

/// <summary>
/// L3: Theorem 4.1 of MetaMD v1, corrected (PAPERS 6.4): with probability at least 1 - delta over the n training tasks, for every metric with ||P||_F &lt;= K,
/// E[ sum_t l(theta_t) - l(theta_*) ] &lt;= (1/(n eta)) sum_i B_i + eta T L^2 / (2 lambda) + N K r^2 / (eta sqrt n) + (3 K r^2 / eta) sqrt(ln(2/delta) / (8 n)).
/// </summary>
/// <remarks>
/// Differs from the paper: Rademacher term twice as large, K r^2 outside the root, both complexity terms divided by eta; K = C^2 bounds ||P||_F, for block, Kronecker
/// and full metrics alike. The printed version stands beside it by name. theta_* must not depend on the metric; N > 1 needs its center at theta_1. A K read off the learned metric is paid for.
/// </remarks>
public sealed class FamilyTheorem
{
    /// <summary>B(theta_*||theta_1) of each training task, at step 1 (not divided by eta), for reference solutions that do not depend on the metric.</summary>
    public required ImmutableArray<double> Divergences { get; init; }

    /// <summary>eta.</summary>
    public required double Eta { get; init; }

    /// <summary>T.</summary>
    public required int Steps { get; init; }

    /// <summary>L, the Lipschitz constant of every loss in the 2-norm.</summary>
    public required double Lipschitz { get; init; }

    /// <summary>lambda, phi's strong convexity in the 2-norm.</summary>
    public required double StrongConvexity { get; init; }

    /// <summary>r, the largest ||theta_* - theta_1||_2 of any task.</summary>
    public required double Radius { get; init; }

    /// <summary>K, the bound on ||P||_F under which the metric was learned, or the learned metric's own norm.</summary>
    public required double MetricNorm { get; init; }

    /// <summary>
    /// Whether K was read off the learned metric. The theorem holds for a K fixed in advance; so it is used for every K = 2^j, j an integer, with delta_j =
    /// delta / ((2|j|+1)(2|j|+3)), whose sum is below delta, and the bound is that of the least K at or above it. Default: false.
    /// </summary>
    public bool IsNormLearned { get; init; }

    /// <summary>N. Default: 1.</summary>
    public int Components { get; init; } = 1;

    /// <summary>delta. Default: 0.05.</summary>
    public double Delta { get; init; } = 0.05;

    /// <summary>n.</summary>
    public int Tasks => Divergences.Length;

    /// <summary>What the training tasks themselves give: mean B / eta + eta T L^2 / (2 lambda).</summary>
    public double EmpiricalTerm => Tasks == 0 ? double.NaN : (Divergences.Average() / Eta) + (Eta * Steps * Lipschitz * Lipschitz / (2 * StrongConvexity));

    /// <summary>N K r^2 / (eta sqrt n).</summary>
    public double RademacherTerm => Components * ClassNorm * Radius * Radius / (Eta * Math.Sqrt(Tasks));

    /// <summary>(3 K r^2 / eta) sqrt(ln(2/delta) / (8 n)).</summary>
    public double ConfidenceTerm => 3 * ClassNorm * Radius * Radius / Eta * Math.Sqrt(Math.Log(2 / ClassDelta) / (8 * Tasks));

    /// <summary>The bound.</summary>
    public double Bound => EmpiricalTerm + RademacherTerm + ConfidenceTerm;

    /// <summary>Theorem 4.1's first complexity term as printed, N K r^2 / (2 sqrt n): half of it, and not divided by eta.</summary>
    public double PrintedRademacherTerm => Components * MetricNorm * Radius * Radius / (2 * Math.Sqrt(Tasks));

    /// <summary>Theorem 4.1's second complexity term as printed, 3 sqrt(C r ln(2/delta) / (8 n)), C = sqrt K: C r inside the root, not divided by eta.</summary>
    public double PrintedConfidenceTerm => 3 * Math.Sqrt(Math.Sqrt(MetricNorm) * Radius * Math.Log(2 / Delta) / (8 * Tasks));

    /// <summary>The bound with the printed complexity terms, which can be exceeded.</summary>
    public double PrintedBound => EmpiricalTerm + PrintedRademacherTerm + PrintedConfidenceTerm;

    /// <summary>The number of training tasks from which the bound is at most <paramref name="ratio"/> times a measured regret; null if no number is enough.</summary>
    /// <param name="measured">Mean measured regret.</param>
    /// <param name="ratio">Default: 10.</param>
    public double? TasksFor(double measured, double ratio = 10)
    {
        double room = (ratio * measured) - EmpiricalTerm;
        if (!(room > 0))
            return null;
        double root = (RademacherTerm + ConfidenceTerm) * Math.Sqrt(Tasks) / room;
        return Math.Max(1, Math.Ceiling(root * root));
    }

    /// <summary>Certifies a family.</summary>
    /// <param name="premises">What was checked of losses, steps, tasks and constants; the theorem's own numbers are checked here.</param>
    /// <param name="measured">Mean measured regret of held-out tasks, if any.</param>
    public Certificate Certify(ImmutableArray<Premise> premises, double? measured)
    {
        ImmutableArray<Premise> all =
        [
            .. premises,
            Premise.Test(Tasks >= 2, "there are at least two training tasks", Tasks - 2, "counted"),
        ];

        // Where nothing else is wrong the numbers have to be right too.
        if (all.All(p => p.Status != PremiseStatus.Failed))
        {
            all = all.Add(Premise.Test(
                Eta > 0 && StrongConvexity > 0 && MetricNorm > 0 && double.IsFinite(Lipschitz) && double.IsFinite(Radius),
                "eta, lambda and K are positive, L and r finite",
                Math.Min(Eta, Math.Min(StrongConvexity, MetricNorm)),
                "computed; margin: the least of eta, lambda, K"));
        }

        return new Certificate(CertificateLevel.L3, "theorem-4.1-corrected", $"the expected regret of {Steps} steps on a task of the family, with probability {Text(1 - Delta)},", all, () => Bound, measured)
        {
            Note = Beside(measured),
            RefusedNote = double.IsFinite(Bound) ? $"without force, the formula's value would be {Text(Bound)}, {Beside(measured)}" : "the formula gives no number here, as printed or corrected",
            FailureProbability = Delta,
            Family = this,
        };
    }

    /// <summary>j of K = 2^j.</summary>
    private double Exponent => Math.Ceiling(Math.Log2(MetricNorm));

    /// <summary>K as it enters the bound: <see cref="MetricNorm"/>, or the least power of two above.</summary>
    public double ClassNorm => IsNormLearned ? Math.Max(MetricNorm, Math.Pow(2, Exponent)) : MetricNorm;

    /// <summary>delta_j of that class, or delta.</summary>
    public double ClassDelta => IsNormLearned ? Delta / (((2 * Math.Abs(Exponent)) + 1) * ((2 * Math.Abs(Exponent)) + 3)) : Delta;

    private string Beside(double? measured)
    {
        const string printed = "with the complexity terms as printed, which are too small, it would be";
        if (measured is not > 0)
            return $"{printed} {Text(PrintedBound)}";
        string needed = TasksFor(measured.Value) is { } n
            ? $"it falls below 10 times the measured value from {n.ToString("N0", CultureInfo.InvariantCulture)} training tasks on"
            : "no number of training tasks would bring it below 10 times the measured value";
        return $"{Text(Bound / measured.Value)} times the measured {Text(measured.Value)}; {needed}; {printed} {Text(PrintedBound)}, {Text(PrintedBound / measured.Value)} times it";
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
