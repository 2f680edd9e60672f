using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Averaging;

/// <summary>Ranges of <see cref="AveragedRateOptions"/>.</summary>
internal static class AveragedRateChecks
{
    /// <summary>Throws for the first value that is out of its range.</summary>
    public static void Require(AveragedRateOptions o)
    {
        if (o.Granularity == RateGranularity.Block)
            throw new ArgumentException("averaged-rate has one scale, or that with a share for each parameter: expected the granularity Scalar or Element, found Block.", nameof(o));
        Check(o.ShareRate is >= 0 and <= 1, o.ShareRate, "ShareRate", "between 0 and 1");
        Check(o.ShareRange is > 1 and <= 1e6, o.ShareRange, "ShareRange", "above 1 and at most 1e6");
        Check(o.Power >= 0 && double.IsFinite(o.Power), o.Power, "Power", "at least 0 and finite");
        Check(o.Interpolation is >= 0 and < 1, o.Interpolation, "Interpolation", "at least 0 and below 1");
        Check(o.Memory is >= 0 and <= 1, o.Memory, "Memory", "between 0 and 1");
    }

    private static void Check(bool isGood, double value, string name, string range)
    {
        if (!isGood)
            throw new ArgumentOutOfRangeException(name, value, $"{name} of averaged-rate must be {range}.");
    }
}
