using System.Collections.Immutable;
using System.Globalization;

namespace MetaMirror.Certificates;

/// <summary>
/// L4, for anything: an optimizer frozen before n' fresh tasks are drawn. If the next task is exchangeable with them its figure is the largest of all with probability at most
/// 1/(n'+1), so with probability at least 1 - 1/(n'+1) it is at most the largest seen. Nothing is assumed about figures or losses.
/// </summary>
/// <param name="Figure">What is measured, e.g. <c>final training loss</c>.</param>
/// <param name="Values">The figures of the fresh tasks; infinite where a target was not reached or a run diverged.</param>
public sealed record RankCertificate(string Figure, ImmutableArray<double> Values)
{
    /// <summary>1 - 1/(n'+1).</summary>
    public double Probability => 1 - (1.0 / (Values.Length + 1));

    /// <summary>The largest figure seen.</summary>
    public double Bound => Values.Max();

    /// <summary>Number of fresh tasks needed for a probability: 19 for 95 %.</summary>
    public static int TasksFor(double probability)
    {
        if (!(probability is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability must lie between 0 and 1.");

        // 1/(1-p) is rounded up, but not by the rounding of 1-p itself.
        return Math.Max(1, (int)Math.Ceiling((1 / (1 - probability)) - 1 - 1e-9));
    }

    /// <summary>Certifies the next task.</summary>
    /// <param name="premises">How the tasks were drawn.</param>
    public Certificate Certify(ImmutableArray<Premise> premises)
    {
        double[] sorted = [.. Values.Order()];
        double? median = sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        int bad = Values.Count(v => !double.IsFinite(v));
        ImmutableArray<Premise> all =
        [
            .. premises,
            Premise.Test(Values.Length > 0, "there are fresh tasks", Values.Length, "counted"),
            Premise.Test(bad == 0, $"all {Values.Length} fresh runs have the figure ({bad} diverged or did not reach it)", -bad, "counted; margin: less the runs without it"),
        ];
        string probability = Probability.ToString("0.###%", CultureInfo.InvariantCulture);
        return new Certificate(CertificateLevel.L4, $"rank, {Figure}", $"the {Figure} on the next task, with probability at least {probability},", all, () => Bound, median)
        {
            Note = $"measured is the median of {Values.Length} fresh tasks",
        };
    }
}
