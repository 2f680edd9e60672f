using System.Globalization;

namespace MetaMirror.Experiments.Plots;

/// <summary>One mark of an axis.</summary>
/// <param name="Value">Where it stands.</param>
/// <param name="Label">What it says.</param>
public readonly record struct Tick(double Value, string Label);

/// <summary>Marks at round numbers: steps of 1, 2 or 5 times a power of ten; on logarithmic axes decades, or 1-2-5 within few decades.</summary>
public static class Ticks
{
    /// <summary>Round marks within [low, high].</summary>
    /// <param name="low">Lower end, finite.</param>
    /// <param name="high">Upper end, finite, above <paramref name="low"/>.</param>
    /// <param name="about">Marks wished for; the step is the smallest of 1-2-5 that gives no more than this many intervals.</param>
    /// <returns>The marks in rising order; one mark when the interval is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, or <paramref name="about"/> is below 1.</exception>
    public static IReadOnlyList<Tick> Linear(double low, double high, int about)
    {
        Require(low, high, about);
        if (!(high > low)) return [new Tick(low, NumberText.Exact(low))];
        var step = RoundStep((high - low) / about);
        var decimals = Math.Max(0, -NumberText.Exponent(step * (1 + 1e-12)));
        var first = Math.Ceiling((low / step) - 1e-9);
        var last = Math.Floor((high / step) + 1e-9);
        var ticks = new List<Tick>();
        for (var i = first; i <= last; i++)
        {
            var value = i * step;
            ticks.Add(new Tick(value, LinearLabel(value, step, decimals)));
        }

        return ticks;
    }

    /// <summary>Marks at powers of ten within [low, high]; at 1-2-5 when fewer than three powers lie inside; linear marks when those are too few as well.</summary>
    /// <param name="low">Lower end, positive.</param>
    /// <param name="high">Upper end, above <paramref name="low"/>.</param>
    /// <param name="about">Marks wished for; with more steps between powers than this, every second (third, ...) power is marked.</param>
    /// <returns>The marks in rising order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An end is not positive and finite, or <paramref name="about"/> is below 1.</exception>
    public static IReadOnlyList<Tick> Logarithmic(double low, double high, int about)
    {
        Require(low, high, about);
        if (low <= 0) throw new ArgumentOutOfRangeException(nameof(low), low, "Expected a positive lower end of a logarithmic axis.");
        var firstDecade = (int)Math.Ceiling(Math.Log10(low) - 1e-9);
        var lastDecade = (int)Math.Floor(Math.Log10(high) + 1e-9);
        var decades = lastDecade - firstDecade + 1;
        if (decades >= 3)
        {
            var stride = ((decades - 2) / about) + 1;
            return [.. Enumerable.Range(firstDecade, decades).Where(e => (lastDecade - e) % stride == 0).Select(e => Log(Math.Pow(10, e)))];
        }

        var fine = new List<Tick>();
        for (var e = firstDecade - 1; e <= lastDecade; e++)
        {
            foreach (var m in (ReadOnlySpan<double>)[1, 2, 5])
            {
                var value = m * Math.Pow(10, e);
                if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) fine.Add(Log(value));
            }
        }

        return fine.Count >= 3 ? fine : Linear(low, high, about);
    }

    private static Tick Log(double value)
    {
        var exponent = NumberText.Exponent(value);
        var isPower = Math.Abs((value / Math.Pow(10, exponent)) - 1) < 1e-9;
        var label = exponent is >= -3 and <= 4 ? NumberText.Exact(Math.Round(value, 6))
            : isPower ? NumberText.PowerOfTen(exponent)
            : NumberText.Significant(value, 1);
        return new Tick(value, label);
    }

    private static string LinearLabel(double value, double step, int decimals)
    {
        if (Math.Abs(value) < step / 2) return "0";
        var text = decimals > 4 || Math.Abs(value) >= 1e7
            ? NumberText.Brief(value)
            : value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    /// <summary>The smallest of 1, 2, 5 times a power of ten that is at least <paramref name="step"/>.</summary>
    /// <param name="step">Positive.</param>
    /// <returns>The round step.</returns>
    internal static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        foreach (var m in (ReadOnlySpan<double>)[1, 2, 5])
        {
            if (m * power >= step * (1 - 1e-9)) return m * power;
        }

        return 10 * power;
    }

    private static void Require(double low, double high, int about)
    {
        if (!double.IsFinite(low)) throw new ArgumentOutOfRangeException(nameof(low), low, "Expected a finite end of an axis.");
        if (!double.IsFinite(high)) throw new ArgumentOutOfRangeException(nameof(high), high, "Expected a finite end of an axis.");
        ArgumentOutOfRangeException.ThrowIfLessThan(about, 1);
    }
}
