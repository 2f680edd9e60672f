using System.Globalization;
using System.Text;

namespace MetaMirror.Experiments.Plots;

/// <summary>Colors of a heat map as style-sheet classes: level k of a diverging ramp is <c>hd{k}</c>, of a sequential ramp <c>hs{k}</c>, so that each theme has its own ramp.</summary>
public static class ColorRamp
{
    /// <summary>Number of levels; odd, so that zero has a level of its own.</summary>
    public const int Levels = 41;

    private static readonly uint[] LightDiverging = [0x123C7C, 0x3F7BC0, 0xA9C8E6, 0xF5F5F3, 0xF0BE9F, 0xCB6A36, 0x7A2A0C];
    private static readonly uint[] DarkDiverging = [0xBFDBFF, 0x6AA6F0, 0x2C4F7C, 0x1E2228, 0x74401F, 0xE08A50, 0xFFD9BD];
    private static readonly uint[] LightSequential = [0xF4F6F8, 0xB9D3EA, 0x6BA3D3, 0x2B6CB0, 0x123C7C, 0x081D42];
    private static readonly uint[] DarkSequential = [0x1E2228, 0x24405F, 0x2F6AA8, 0x5B9BDE, 0xA8CDF7, 0xF0F7FF];

    /// <summary>Style rules for the light theme.</summary>
    internal static string LightRules => Rules("hd", LightDiverging) + Rules("hs", LightSequential);

    /// <summary>Style rules for the dark theme.</summary>
    internal static string DarkRules => Rules("hd", DarkDiverging) + Rules("hs", DarkSequential);

    private static string Rules(string prefix, uint[] stops)
    {
        var css = new StringBuilder();
        for (var k = 0; k < Levels; k++) css.Append(CultureInfo.InvariantCulture, $".{prefix}{k}{{fill:#{At(stops, (double)k / (Levels - 1)):x6}}}");
        return css.Append('\n').ToString();
    }

    /// <summary>The color at t in [0, 1], interpolated between stops in Oklab, where equal steps look equal.</summary>
    /// <param name="stops">Colors as 0xRRGGBB, evenly spaced.</param>
    /// <param name="t">Place on the ramp.</param>
    /// <returns>The color as 0xRRGGBB.</returns>
    internal static uint At(ReadOnlySpan<uint> stops, double t)
    {
        var place = t * (stops.Length - 1);
        var i = Math.Clamp((int)place, 0, stops.Length - 2);
        var (a, b, f) = (ToOklab(stops[i]), ToOklab(stops[i + 1]), place - i);
        return FromOklab(a.L + (f * (b.L - a.L)), a.A + (f * (b.A - a.A)), a.B + (f * (b.B - a.B)));
    }

    // B. Ottosson, "A perceptual color space for image processing" (2020).
    private static (double L, double A, double B) ToOklab(uint rgb)
    {
        var (r, g, b) = (Linear(rgb >> 16), Linear(rgb >> 8), Linear(rgb));
        var l = Math.Cbrt((0.4122214708 * r) + (0.5363325363 * g) + (0.0514459929 * b));
        var m = Math.Cbrt((0.2119034982 * r) + (0.6806995451 * g) + (0.1073969566 * b));
        var s = Math.Cbrt((0.0883024619 * r) + (0.2817188376 * g) + (0.6299787005 * b));
        return ((0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s));
    }

    private static uint FromOklab(double lightness, double a, double b)
    {
        var l = Cube(lightness + (0.3963377774 * a) + (0.2158037573 * b));
        var m = Cube(lightness - (0.1055613458 * a) - (0.0638541728 * b));
        var s = Cube(lightness - (0.0894841775 * a) - (1.2914855480 * b));
        return (Gamma((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)) << 16)
            | (Gamma((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)) << 8)
            | Gamma((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s));
    }

    private static double Cube(double x) => x * x * x;

    private static double Linear(uint channel)
    {
        var c = (channel & 0xFF) / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
    }

    private static uint Gamma(double c)
    {
        c = Math.Clamp(c, 0, 1);
        return (uint)Math.Round(255 * (c <= 0.0031308 ? 12.92 * c : (1.055 * Math.Pow(c, 1 / 2.4)) - 0.055));
    }
}
