using System.Collections.Immutable;
using System.Globalization;

namespace MetaMirror.Certificates;

/// <summary>A bound with everything it rests on. If one premise fails there is no bound: it is refused, never passed in silence.</summary>
public sealed class Certificate
{
    /// <summary>Rounding of sums over a run, relative: a measured value this little above its bound does not exceed it.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Puts a bound and its premises together.</summary>
    /// <param name="level">What it speaks about.</param>
    /// <param name="name">Name of the theorem, e.g. <c>last-iterate</c>.</param>
    /// <param name="statement">What is bounded, in words.</param>
    /// <param name="premises">All its premises.</param>
    /// <param name="bound">The bound; only asked for if no premise failed.</param>
    /// <param name="measured">The bounded quantity, where it was measured.</param>
    public Certificate(CertificateLevel level, string name, string statement, ImmutableArray<Premise> premises, Func<double> bound, double? measured = null)
    {
        ArgumentNullException.ThrowIfNull(bound);
        Level = level;
        Name = name;
        Statement = statement;
        Premises = premises;
        Measured = measured is { } value && double.IsFinite(value) ? value : null;
        if (IsRefused)
            return;
        double computed = bound();
        Bound = double.IsFinite(computed) ? computed : null;
    }

    /// <summary>What it speaks about.</summary>
    public CertificateLevel Level { get; }

    /// <summary>Name of the theorem.</summary>
    public string Name { get; }

    /// <summary>What is bounded, in words.</summary>
    public string Statement { get; }

    /// <summary>Name of the task it is about; empty for a family.</summary>
    public string Task { get; init; } = "";

    /// <summary>All premises.</summary>
    public ImmutableArray<Premise> Premises { get; }

    /// <summary>The bound; null if refused, or if the formula gives no finite number.</summary>
    public double? Bound { get; }

    /// <summary>The bounded quantity, where it was measured.</summary>
    public double? Measured { get; }

    /// <summary>What to add to the verdict, e.g. that a statement holds in expectation only. Default: nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>What to add to the verdict where it is refused, in place of <see cref="Note"/>: numbers without force, said to be that. Default: nothing.</summary>
    public string RefusedNote { get; init; } = "";

    /// <summary>L3's theorem with all its numbers, printed and corrected, refused or not; null for everything else.</summary>
    public FamilyTheorem? Family { get; init; }

    /// <summary>Whether a premise failed.</summary>
    public bool IsRefused => Premises.Any(p => p.Status == PremiseStatus.Failed);

    /// <summary>What the measured value may be off by through rounding, beside a little of the bound itself. Default: 0.</summary>
    public double Slack { get; init; }

    /// <summary>The probability with which the measured value may be above the bound though all premises hold. Default: 0.</summary>
    public double FailureProbability { get; init; }

    /// <summary>Whether the measured value is above the bound by more than rounding: never, unless the program or a premise is wrong. A bound that may fail with some probability is not exceeded by failing.</summary>
    public bool IsExceeded => FailureProbability == 0 && IsAbove;

    private bool IsAbove => Bound is { } bound && Measured is { } measured && measured > bound + (Rounding * Math.Abs(bound)) + Slack;

    /// <summary>bound / measured, where both are positive.</summary>
    public double? Ratio => Bound is > 0 and var bound && Measured is > 0 and var measured ? bound / measured : null;

    /// <summary>What it says, in plain words.</summary>
    public string Verdict
    {
        get
        {
            if (IsRefused)
                return $"refused: {string.Join("; ", Premises.Where(p => p.Status == PremiseStatus.Failed).Select(p => "not established that " + p.Text))}{(RefusedNote.Length > 0 ? $"; {RefusedNote}" : "")}";
            if (Bound is not { } bound)
                return $"no bound: {Statement}, but the formula gives no finite number here{Noted}";
            if (IsExceeded)
                return $"exceeded: {Statement} is {Number(Measured!.Value)}, above {Number(bound)}; a premise or this program is wrong";
            if (IsAbove)
                return $"not met: {Statement} was to be at most {Number(bound)}, measured {Number(Measured!.Value)}; that happens with probability {Number(FailureProbability)} at most, or a premise is wrong";
            string found = Measured is { } measured ? $", measured {Number(measured)}" : "";
            string open = Premises.Any(p => p.Status == PremiseStatus.Assumed) ? "holds if its assumed premises do" : "holds";
            return $"{open}: {Statement} is at most {Number(bound)}{found}{Noted}";
        }
    }

    private string Noted => Note.Length > 0 ? $"; {Note}" : "";

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
