using System.Globalization;

namespace MetaMirror.Experiments.Plots;

/// <summary>Numbers as people read them and as SVG needs them; the same in every culture.</summary>
public static class NumberText
{
    /// <summary>A coordinate with at most two decimals.</summary>
    /// <param name="value">Finite number.</param>
    /// <returns>For example <c>12.5</c>; never an exponent, never "-0".</returns>
    public static string Coordinate(double value)
    {
        var rounded = Math.Round(value, 2);
        return (rounded == 0 ? 0 : rounded).ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary>A whole number with thousands separators, one decimal when it is not whole (a median of an even count).</summary>
    /// <param name="value">Any number.</param>
    /// <returns>For example <c>10,000</c> or <c>42.5</c>; "–" when not finite.</returns>
    public static string Count(double value) =>
        double.IsFinite(value) ? value.ToString("#,0.#", CultureInfo.InvariantCulture) : "–";

    /// <summary>A number with the given significant digits.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="digits">Significant digits, 1 to 15.</param>
    /// <returns>For example <c>0.0796</c>, <c>1,230</c> or <c>1.2×10⁻⁷</c>; "–" when not finite.</returns>
    public static string Significant(double value, int digits = 3)
    {
        if (!double.IsFinite(value)) return "–";
        if (value == 0) return "0";

        // Rounded first, so that 0.99996 gets the decimals of 1.00 and not those of 0.99996.
        var rounded = double.Parse(value.ToString("E" + (digits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var exponent = Exponent(rounded);
        if (exponent is < -4 or > 6)
        {
            var mantissa = rounded / Math.Pow(10, exponent);
            return mantissa.ToString("0." + new string('#', digits - 1), CultureInfo.InvariantCulture) + "×" + PowerOfTen(exponent);
        }

        var decimals = Math.Max(0, digits - 1 - exponent);
        return rounded.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>As <see cref="Significant"/>, without trailing zeros.</summary>
    /// <param name="value">Any number.</param>
    /// <param name="digits">Most significant digits, 1 to 15.</param>
    /// <returns>For example <c>15</c> or <c>0.8731</c>; "–" when not finite.</returns>
    public static string Brief(double value, int digits = 3)
    {
        var text = Significant(value, digits);
        return text.Contains('.', StringComparison.Ordinal) && !text.Contains('×', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>The shortest text of a number a person chose, such as a target or a learning rate.</summary>
    /// <param name="value">Any number.</param>
    /// <returns>For example <c>0.1</c>; "–" when not finite.</returns>
    public static string Exact(double value)
    {
        if (!double.IsFinite(value)) return "–";
        var size = Math.Abs(value);
        return value == 0 || (size >= 1e-4 && size < 1e7)
            ? value.ToString("#,0.##########", CultureInfo.InvariantCulture)
            : Significant(value);
    }

    /// <summary>A ratio with its sign of multiplication.</summary>
    /// <param name="value">Any number.</param>
    /// <returns>For example <c>0.58×</c> or <c>12×</c>; "–" when not finite.</returns>
    public static string Ratio(double value)
    {
        if (!double.IsFinite(value)) return "–";
        var format = Math.Abs(value) switch { < 0.0995 => null, < 9.95 => "0.00", < 99.5 => "0.0", _ => "#,0" };
        return (format is null ? Significant(value, 2) : value.ToString(format, CultureInfo.InvariantCulture)) + "×";
    }

    /// <summary>A duration in the unit that reads best.</summary>
    /// <param name="seconds">Seconds.</param>
    /// <returns>For example <c>350 ms</c>, <c>42 s</c>, <c>3 min 20 s</c> or <c>1 h 5 min</c>; "–" when not finite.</returns>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds)) return "–";
        if (seconds < 1) return Significant(seconds * 1000, 3) + " ms";
        if (seconds < 99.5) return Significant(seconds, 3) + " s";
        var whole = (long)Math.Round(seconds);
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60} s")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600:#,0} h {whole % 3600 / 60} min");
    }

    /// <summary>10 to an integer power.</summary>
    /// <param name="exponent">The exponent.</param>
    /// <returns>For example <c>10⁻⁷</c>.</returns>
    public static string PowerOfTen(int exponent)
    {
        const string superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        var digits = exponent.ToString(CultureInfo.InvariantCulture);
        return "10" + string.Concat(digits.Select(c => c == '-' ? '⁻' : superscripts[c - '0']));
    }

    /// <summary>floor(log10 |x|), rounding |x| to 15 digits first: Math.Pow(10, -6) is a little less than 1e-6.</summary>
    /// <param name="value">Finite, not zero.</param>
    /// <returns>The decimal exponent.</returns>
    internal static int Exponent(double value)
    {
        var text = value.ToString("E14", CultureInfo.InvariantCulture);
        return int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }
}
