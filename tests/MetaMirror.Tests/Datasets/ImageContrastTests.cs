using MetaMirror.Datasets;

namespace MetaMirror.Tests.Datasets;

/// <summary>x' = m + c (x - m).</summary>
public sealed class ImageContrastTests
{
    private static readonly Dataset<double> Images = Dataset<double>.Classification("two", new double[] { 0, 1, 2, 5, .5, .5, .5, .5 }, 4, new[] { 0, 1 }, 2, new ImageShape(2, 2, 1));

    [Fact]
    public void The_mean_of_each_image_stays_and_its_deviations_are_scaled()
    {
        Dataset<double> scaled = ImageContrast.Scale(Images, 2);
        Assert.Equal([-2, 0, 2, 8, .5, .5, .5, .5], scaled.Inputs.ToArray());
        Assert.Equal(Images.Labels.ToArray(), scaled.Labels.ToArray());
        Assert.Equal(Images.Image, scaled.Image);
        Assert.Same(Images, ImageContrast.Scale(Images, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_factor_that_is_none_is_refused(double factor) =>
        Assert.Contains("positive and finite", Assert.Throws<ArgumentOutOfRangeException>(() => ImageContrast.Scale(Images, factor)).Message, StringComparison.Ordinal);
}
