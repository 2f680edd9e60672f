using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

internal delegate void ForwardWay<T>(WorkerTeam? team, int images, T[] x, T[] w, T[] bias, T beta, Span<T> y)
    where T : unmanaged;

internal delegate void InputGradientWay<T>(WorkerTeam? team, int images, T[] ay, T[] w, T beta, Span<T> ax)
    where T : unmanaged;

internal delegate void WeightGradientWay<T>(WorkerTeam? team, int images, T[] x, T[] ay, Span<T> aw)
    where T : unmanaged;

/// <summary>Every way in which a product of some shape can be computed, whether the shape would choose it or not; first the one that it chooses, but for
/// Winograd's, whose rounding has tests and bounds of its own.</summary>
internal static unsafe class ConvolutionWays<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static List<(string Name, ForwardWay<T> Run)> Forward(ConvolutionShape shape)
    {
        var convolution = new Convolution(shape);
        var ways = new List<(string, ForwardWay<T>)>();
        if (!convolution.GoesByWinograd<T>())
            ways.Add(("forward", (team, images, x, w, bias, beta, y) => convolution.Forward(team, images, x, w, bias, beta, y)));
        var geometry = PixelGeometry.Forward(shape);
        ways.Add(("forward, lanes are planes", (team, images, x, w, bias, beta, y) =>
        {
            fixed (T* px = x, pw = w, pb = bias, py = y)
                PixelProduct<T>.Run(team, geometry, images, px, pw, pb, beta, py);
        }
        ));
        if (double.IsFinite(PlaneProduct<T>.Cost(geometry)))
        {
            ways.Add(("forward, lanes are pixels", (team, images, x, w, bias, beta, y) =>
            {
                fixed (T* px = x, pw = w, pb = bias, py = y)
                    PlaneProduct<T>.Run(team, geometry, images, px, pw, pb, beta, py);
            }
            ));
        }

        return ways;
    }

    public static List<(string Name, InputGradientWay<T> Run)> InputGradient(ConvolutionShape shape)
    {
        var convolution = new Convolution(shape);
        var ways = new List<(string, InputGradientWay<T>)>();
        if (!convolution.GoesByWinograd<T>())
            ways.Add(("input gradient", (team, images, ay, w, beta, ax) => convolution.InputGradient(team, images, ay, w, beta, ax)));
        var geometry = PixelGeometry.InputGradient(shape);
        ways.Add(("input gradient, lanes are planes", (team, images, ay, w, beta, ax) =>
        {
            fixed (T* pay = ay, pw = w, pax = ax)
                PixelProduct<T>.Run(team, geometry, images, pay, pw, null, beta, pax);
        }
        ));
        if (double.IsFinite(PlaneProduct<T>.Cost(geometry)))
        {
            ways.Add(("input gradient, lanes are pixels", (team, images, ay, w, beta, ax) =>
            {
                fixed (T* pay = ay, pw = w, pax = ax)
                    PlaneProduct<T>.Run(team, geometry, images, pay, pw, null, beta, pax);
            }
            ));
        }

        foreach (int lanes in Widths())
        {
            if (StripColumnGeometry.Of(shape, lanes, sizeof(T)) is { } strips)
            {
                ways.Add(($"input gradient, strips, {lanes} lanes", (team, images, ay, w, beta, ax) =>
                {
                    fixed (T* pay = ay, pw = w, pax = ax)
                        StripProduct<T>.Run(team, strips, images, pay, pw, beta, pax);
                }
                ));
            }
        }

        if (ImageGeometry.InputGradient(shape) is { } pairs)
        {
            ways.Add(("input gradient, lanes are images", (team, images, ay, w, beta, ax) =>
            {
                fixed (T* pay = ay, pw = w, pax = ax)
                    ImageProduct<T>.Run(team, pairs, images, pay, pw, beta, pax);
            }
            ));
        }

        return ways;
    }

    public static List<(string Name, WeightGradientWay<T> Run)> WeightGradient(ConvolutionShape shape)
    {
        var convolution = new Convolution(shape);
        var ways = new List<(string, WeightGradientWay<T>)>();
        if (!convolution.GoesByWinograd<T>())
            ways.Add(("weight gradient", (team, images, x, ay, aw) => convolution.WeightGradient(team, images, x, ay, aw)));
        var geometry = PixelGeometry.Forward(shape);
        ways.Add(("weight gradient, lanes are planes", (team, images, x, ay, aw) =>
        {
            fixed (T* px = x, pay = ay, paw = aw)
                TapProduct<T>.Run(team, shape, geometry, images, px, pay, paw);
        }
        ));
        if (shape.Stride == 1)
        {
            var planes = new PlaneTapGeometry(shape);
            ways.Add(("weight gradient, lanes are pixels", (team, images, x, ay, aw) =>
            {
                fixed (T* px = x, pay = ay, paw = aw)
                    PlaneTapProduct<T>.Run(team, planes, images, px, pay, paw);
            }
            ));
        }

        foreach ((string name, StripGeometry strips) in Strips(shape))
        {
            ways.Add(($"weight gradient, {name}", (team, images, x, ay, aw) =>
            {
                fixed (T* px = x, pay = ay, paw = aw)
                    StripTapProduct<T>.Run(team, strips, images, px, pay, paw);
            }
            ));
        }

        return ways;
    }

    /// <summary>Windows beginning at vectors or anywhere.</summary>
    private static List<(string Name, StripGeometry Strips)> Strips(ConvolutionShape shape)
    {
        var all = new List<(string, StripGeometry)>();
        foreach (int lanes in Widths())
        {
            foreach (bool rowsAreVectors in new[] { false, true })
            {
                if (StripGeometry.Of(shape, lanes, rowsAreVectors, sizeof(T)) is { } strips)
                    all.Add(($"strips, {lanes} lanes, {(rowsAreVectors ? "whole vectors" : "no gaps")}", strips));
            }
        }

        return all;
    }

    /// <summary>Vectors of every width that the processor has, and single elements.</summary>
    private static List<int> Widths()
    {
        var all = new List<int>();
        for (int lanes = SimdWidth<T>.Lanes; lanes * sizeof(T) >= 16; lanes /= 2)
            all.Add(lanes);
        return [.. all, 1];
    }
}
