using System.Globalization;
using System.Numerics;

namespace MetaMirror.Storage;

/// <summary>Whether natural values of meta-parameters are such that their declarations can hold them.</summary>
internal static class MetaValues
{
    /// <summary>Null if every value is right, else what was expected and what was found.</summary>
    public static string? Problem<T>(IReadOnlyList<MetaParameterSpec<T>> specs, ReadOnlySpan<T> natural)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = specs.Sum(s => s.Length);
        if (natural.Length != length)
            return $"expected {length} meta-parameters of rule and layout, found {natural.Length} values";
        int offset = 0;
        foreach (MetaParameterSpec<T> spec in specs)
        {
            for (int i = 0; i < spec.Length; i++)
            {
                if (!Holds(spec, double.CreateChecked(natural[offset + i])))
                    return $"meta-parameter {Quoted.Text(spec.Name)}: expected values {Range(spec)}, found {natural[offset + i]} at entry {i}";
            }

            offset += spec.Length;
        }

        return null;
    }

    private static bool Holds<T>(MetaParameterSpec<T> spec, double value)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        double.IsFinite(value) && value >= spec.Lower && value <= spec.Upper && spec.Transform switch
        {
            MetaTransform.Log => value > 0,
            MetaTransform.Logit => value is > 0 and < 1,
            _ => true,
        };

    private static string Range<T>(MetaParameterSpec<T> spec)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string interval = double.IsInfinity(spec.Lower) && double.IsInfinity(spec.Upper)
            ? "finite"
            : string.Create(CultureInfo.InvariantCulture, $"from {spec.Lower} to {spec.Upper}");
        return spec.Transform switch
        {
            MetaTransform.Log => $"above 0 and {interval}",
            MetaTransform.Logit => $"above 0 and below 1 and {interval}",
            _ => interval,
        };
    }
}
