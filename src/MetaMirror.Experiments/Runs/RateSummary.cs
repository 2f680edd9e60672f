using System.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Runs;

/// <summary>What rates that adapt while a rule trains did, beside keeping them at 1.</summary>
/// <param name="Granularity">How many rates.</param>
/// <param name="Steps">Steps whose effect was seen.</param>
/// <param name="LinearRegret">sum_t &lt;g_{t+1}, theta_{t+1} - (theta_t - d_t)&gt;; below 0 adapting gained.</param>
/// <param name="Bound">R_T: what it can have cost at most.</param>
/// <param name="Least">Least rate in the end.</param>
/// <param name="Median">Median rate in the end.</param>
/// <param name="Largest">Largest rate in the end.</param>
public sealed record RateSummary(RateGranularity Granularity, int Steps, double LinearRegret, double Bound, double Least, double Median, double Largest)
{
    /// <summary>Of a run that was watched to its end.</summary>
    internal static RateSummary Of<T>(OnlineRateWatch<T> watch, RateGranularity granularity)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] rates = [.. watch.Rates.Select(double.CreateTruncating)];
        Array.Sort(rates);
        return new RateSummary(granularity, watch.Regret.Steps, watch.Regret.LinearRegret, watch.Regret.Bound, rates[0], Tuning.Quantiles.Median(rates), rates[^1]);
    }
}
