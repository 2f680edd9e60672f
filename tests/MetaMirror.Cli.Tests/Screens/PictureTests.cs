using MetaMirror.Cli.Screens;
using MetaMirror.Datasets;

namespace MetaMirror.Cli.Tests.Screens;

public sealed class PictureTests
{
    [Fact]
    public void Large_images_are_drawn_with_half_blocks()
    {
        const int Side = 18;
        float[] pixels = new float[Side * Side];
        for (int i = 0; i < Side; i++)
            pixels[(i * Side) + i] = 1;
        var data = Dataset<float>.Classification("diagonal", pixels, Side * Side, new[] { 3 }, 10, new ImageShape(Side, Side, 1));
        using var text = new StringWriter { NewLine = "\n" };
        ImageRows.Write(text, data, 1, 80);
        string[] lines = text.ToString().Split('\n');
        Assert.Equal("3", lines[0]);
        Assert.Equal([.. Enumerable.Range(0, Side / 2).Select(y => new string(' ', 2 * y) + "▀▄")], lines[1..10]);
    }

    [Fact]
    public void A_curve_is_drawn_from_its_largest_to_its_least_value() => Assert.Equal("128 █▅▃▂▁ 1.00", Sparkline.Of([128, 16, 4, 2, 1]));

    [Fact]
    public void A_divergence_is_a_cross() => Assert.Equal("1.00 ▁█× –", Sparkline.Of([1, 2, double.NaN]));

    [Fact]
    public void A_curve_without_numbers_is_said_to_be_none() => Assert.Equal("(no finite value)", Sparkline.Of([double.NaN]));
}
