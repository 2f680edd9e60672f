namespace MetaMirror.Numerics.Tests.Convolutions;

public sealed class ConvolutionShapeTests
{
    [Fact]
    public void Sizes_follow_the_formulas()
    {
        var shape = new ConvolutionShape(3, 7, 10, 5, 4, 2, 2, 1);
        Assert.Equal((3, 6), (shape.OutputRows, shape.OutputColumns));
        Assert.Equal((210, 70, 24, 120), (shape.InputSize, shape.Pixels, shape.Taps, shape.WeightSize));
        Assert.Equal((18, 90), (shape.OutputPixels, shape.OutputSize));
        Assert.Equal(shape, new ConvolutionShape(3, 7, 10, 5, 4, 2, 2, 1));
        Assert.NotEqual(shape, new ConvolutionShape(3, 7, 10, 5, 4, 2, 2, 2));
    }

    [Theory]
    [InlineData(0, 4, 4, 2, 3, 3, 1, 0, "Channels must be at least 1, but is 0")]
    [InlineData(1, 0, 4, 2, 3, 3, 1, 0, "Rows must be at least 1, but is 0")]
    [InlineData(1, 4, -4, 2, 3, 3, 1, 0, "Columns must be at least 1, but is -4")]
    [InlineData(1, 4, 4, 0, 3, 3, 1, 0, "Outputs must be at least 1, but is 0")]
    [InlineData(1, 4, 4, 2, 0, 3, 1, 0, "KernelRows must be between 1 and 4, but is 0")]
    [InlineData(1, 4, 4, 2, 3, 9, 1, 2, "KernelColumns must be between 1 and 8, but is 9")]
    [InlineData(1, 4, 4, 2, 3, 3, 0, 0, "Stride must be at least 1, but is 0")]
    [InlineData(1, 4, 4, 2, 3, 3, 1, -1, "Padding must be at least 0, but is -1")]
    public void Bad_geometry_is_refused(int channels, int rows, int columns, int outputs, int kernelRows, int kernelColumns, int stride, int padding, string message)
    {
        string found = Assert.Throws<ArgumentOutOfRangeException>(
            () => new ConvolutionShape(channels, rows, columns, outputs, kernelRows, kernelColumns, stride, padding)).Message;
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_beyond_an_index_are_refused()
    {
        Assert.Throws<OverflowException>(() => new ConvolutionShape(1 << 12, 1 << 10, 1 << 10, 1, 3, 3));
        Assert.Throws<OverflowException>(() => new ConvolutionShape(1 << 12, 3, 3, 1 << 18, 3, 3));
        Assert.Throws<OverflowException>(() => new ConvolutionShape(1, 1 << 10, 1 << 10, 1 << 12, 3, 3));
    }
}
