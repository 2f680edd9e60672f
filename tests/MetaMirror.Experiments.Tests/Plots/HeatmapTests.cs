using System.Xml.Linq;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class HeatmapTests
{
    [Fact]
    public void Signed_values_are_symmetric_about_zero()
    {
        var scale = HeatScale.For([-1, 4, double.NaN]);
        Assert.Equal(HeatScaleKind.Diverging, scale.Kind);
        Assert.Equal((-4.0, 4.0), (scale.Low, scale.High));
        Assert.Equal(ColorRamp.Levels / 2, scale.Level(0));
        Assert.Equal(ColorRamp.Levels - 1, scale.Level(4));
        Assert.Equal(-1, scale.Level(double.NaN));
    }

    [Fact]
    public void Values_of_one_sign_are_sequential_and_logarithmic_over_decades()
    {
        Assert.Equal(HeatScaleKind.Sequential, HeatScale.For([0, 5]).Kind);
        Assert.Equal(HeatScaleKind.Sequential, HeatScale.For([1, 5]).Kind);
        Assert.Equal(HeatScaleKind.SequentialLog, HeatScale.For([0.01, 5]).Kind);
        Assert.Equal(HeatScaleKind.Sequential, HeatScale.For([]).Kind);
    }

    [Fact]
    public void Every_cell_is_painted_once()
    {
        double[] values = [1, 1, 2, 2, 2, 3];
        var svg = XDocument.Parse(new Heatmap { Title = "t", Panels = [new HeatmapPanel("p", 2, 3, values)] }.ToSvg());
        var paths = svg.Descendants("path").Where(p => p.Attribute("class")!.Value.StartsWith("hs", StringComparison.Ordinal)).Select(p => p.Attribute("d")!.Value).ToArray();
        Assert.Equal(["M0 0h2v1h-2z", "M2 0h1v1h-1zM0 1h2v1h-2z", "M2 1h1v1h-1z"], paths);
    }

    [Fact]
    public void A_huge_matrix_is_averaged_and_says_so()
    {
        var svg = new Heatmap { Title = "t", Panels = [new HeatmapPanel("S", 784, 784, new double[784 * 784])] }.ToSvg();
        Assert.Contains("S (means of 5 × 5)", svg, StringComparison.Ordinal);
        Assert.InRange(svg.Length, 1, 100_000);
    }

    [Fact]
    public void A_wrong_number_of_values_is_refused()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => new Heatmap { Title = "t", Panels = [new HeatmapPanel("p", 2, 3, [1])] }.ToSvg());
        Assert.Equal("Panel 'p': expected 2 x 3 = 6 values, found 1.", exception.Message);
    }

    [Fact]
    public void Ramps_run_through_their_stops()
    {
        uint[] stops = [0x000000, 0x808080, 0xFFFFFF];
        Assert.Equal(0x000000u, ColorRamp.At(stops, 0));
        Assert.Equal(0x808080u, ColorRamp.At(stops, 0.5));
        Assert.Equal(0xFFFFFFu, ColorRamp.At(stops, 1));
    }
}
