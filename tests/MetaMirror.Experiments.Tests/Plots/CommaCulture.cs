using System.Globalization;

namespace MetaMirror.Experiments.Tests.Plots;

/// <summary>Runs code under a culture that writes 1.234,5 and −1, which must not leak into any output.</summary>
internal static class CommaCulture
{
    public static string Run(Func<string> write)
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "~";
        CultureInfo.CurrentCulture = culture;
        try
        {
            return write();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
