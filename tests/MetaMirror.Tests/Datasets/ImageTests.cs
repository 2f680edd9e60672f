using System.Numerics;
using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Tests.Storage;

namespace MetaMirror.Tests.Datasets;

public sealed class ImageTests
{
    /// <summary>PyTorch's float64 result differs by roundings of the coordinates: about 16 pixels * 2^-53 * a slope of 1, some of them.</summary>
    private const double TorchRounding = 1e-12;

    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("tests", "fixtures", "rotation.json"))).RootElement;

    public static TheoryData<int, int, int> Shapes => new() { { 1, 1, 1 }, { 2, 2, 1 }, { 8, 8, 1 }, { 7, 7, 3 }, { 5, 9, 1 }, { 28, 28, 1 } };

    [Fact]
    public void Rotation_is_PyTorchs()
    {
        var rotation = Fixture.GetProperty("rotation");
        var input = Numbers(rotation.GetProperty("input"));
        var shape = new ImageShape(rotation.GetProperty("rows").GetInt32(), rotation.GetProperty("columns").GetInt32(), 1);
        var output = new double[input.Length];
        foreach (var (degrees, expected) in Numbers(rotation.GetProperty("degrees")).Zip(rotation.GetProperty("outputs").EnumerateArray()))
        {
            ImageRotation.Rotate<double>(input, shape, degrees, output);
            AssertNear(Numbers(expected), output, TorchRounding);
        }
    }

    [Fact]
    public void Resizing_is_PyTorchs()
    {
        var resize = Fixture.GetProperty("resize");
        var from = new ImageShape(resize.GetProperty("rows").GetInt32(), resize.GetProperty("columns").GetInt32(), 1);
        var size = resize.GetProperty("size").GetInt32();
        var output = new double[size * size];
        ImageResize.Bilinear<double>(Numbers(resize.GetProperty("input")), from, output, new ImageShape(size, size, 1));
        AssertNear(Numbers(resize.GetProperty("output")), output, TorchRounding);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rotation_is_the_naive_formula(int rows, int columns, int channels)
    {
        var shape = new ImageShape(rows, columns, channels);
        var image = Image<double>(shape);
        var output = new double[image.Length];
        foreach (var degrees in new[] { 1.0, 15, 37.5, 89.9, 133, 200, -75, 1000.25 })
        {
            ImageRotation.Rotate<double>(image, shape, degrees, output);
            for (var c = 0; c < channels; c++)
            {
                AssertNear(NaiveRotation(image.AsSpan(c * shape.Plane, shape.Plane), rows, columns, degrees), output.AsSpan(c * shape.Plane, shape.Plane), TorchRounding);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rotation_by_0_copies_bits(int rows, int columns, int channels)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var shape = new ImageShape(rows, columns, channels);
            var image = Image<T>(shape);
            image[0] = T.NegativeZero;
            var output = new T[image.Length];
            foreach (var degrees in new[] { 0.0, -0.0, 360, -720 })
            {
                ImageRotation.Rotate<T>(image, shape, degrees, output);
                Assert.Equal(image, output);
                Assert.True(T.IsNegative(output[0]));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    public void Quarter_turns_of_a_square_are_index_rotations(int n)
    {
        var shape = new ImageShape(n, n, 1);
        var image = Image<float>(shape);
        var output = new float[image.Length];

        // x' = -y, y' = x: row i, column j comes from row j, column n - 1 - i.
        ImageRotation.Rotate<float>(image, shape, 90, output);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(image[(j * n) + n - 1 - i], output[(i * n) + j]);
            }
        }

        ImageRotation.Rotate<float>(image, shape, 180, output);
        Assert.Equal(image.Reverse(), output);
        var back = new float[image.Length];
        ImageRotation.Rotate<float>(image, shape, -90, output);
        ImageRotation.Rotate<float>(output, shape, 90, back);
        Assert.Equal(image, back);
    }

    [Fact]
    public void Resizing_keeps_constants_and_does_nothing_to_the_same_size()
    {
        var from = new ImageShape(5, 9, 3);
        var constant = Enumerable.Repeat(0.7f, from.Features).ToArray();
        foreach (var to in new[] { new ImageShape(1, 1, 3), new ImageShape(28, 28, 3), new ImageShape(3, 40, 3) })
        {
            var output = new float[to.Features];
            ImageResize.Bilinear<float>(constant, from, output, to);
            Assert.All(output, v => Assert.Equal(0.7f, v));
        }

        var image = Image<double>(from);
        var same = new double[from.Features];
        ImageResize.Bilinear<double>(image, from, same, from);
        Assert.Equal(image, same);
    }

    [Fact]
    public void Doubling_a_row_interpolates_at_the_quarters()
    {
        var output = new double[4];
        ImageResize.Bilinear<double>([1, 2], new ImageShape(1, 2, 1), output, new ImageShape(1, 4, 1));
        Assert.Equal([1, 1.25, 1.75, 2], output);
    }

    [Fact]
    public void Data_sets_are_mapped_image_by_image()
    {
        var shape = new ImageShape(4, 4, 3);
        var images = Dataset<float>.Classification("i", Image<float>(shape with { Rows = 8 }), shape.Features, new[] { 1, 0 }, 2, shape);
        var one = new float[shape.Features];
        var rotated = ImageRotation.Rotate(images, 30);
        ImageRotation.Rotate(images.Input(1), shape, 30, one);
        Assert.Equal(one, rotated.Input(1).ToArray());
        Assert.Equal([1, 0], rotated.Labels.ToArray());
        Assert.Same(images, ImageRotation.Rotate(images, 0));

        var small = ImageResize.Bilinear(images, 3, 2);
        Assert.Equal(new ImageShape(3, 2, 3), small.Image);
        var resized = new float[18];
        ImageResize.Bilinear(images.Input(1), shape, resized, new ImageShape(3, 2, 3));
        Assert.Equal(resized, small.Input(1).ToArray());
        Assert.Same(images, ImageResize.Bilinear(images, 4, 4));
    }

    [Fact]
    public void Gray_is_the_luma_of_the_planes()
    {
        var images = Dataset<double>.Classification("i", new double[] { 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1 }, 6, new[] { 0, 0 }, 1, new ImageShape(1, 2, 3));
        var gray = ImageColor.ToGrayscale(images);
        Assert.Equal(new ImageShape(1, 2, 1), gray.Image);

        // First image: red 1 0, green 0 1, blue 0 0. Second: red 0 1, green 0 0, blue 1 1.
        AssertNear([0.299, 0.587, 0.114, 0.299 + 0.114], gray.Inputs, TorchRounding);
        Assert.Same(gray, ImageColor.ToGrayscale(gray));
    }

    [Fact]
    public void What_is_no_image_or_does_not_fit_is_refused()
    {
        var plain = Dataset<double>.Classification("plain", new double[4], 4, new int[1], 1);
        var two = Dataset<double>.Classification("two", new double[8], 8, new int[1], 1, new ImageShape(2, 2, 2));
        Assert.Contains("'plain' with 4 plain features", Assert.Throws<ArgumentException>(() => ImageRotation.Rotate(plain, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ImageRotation.Rotate(two, double.NaN));
        Assert.Throws<ArgumentException>(() => ImageColor.ToGrayscale(two));
        Assert.Throws<ArgumentException>(() => ImageResize.Bilinear(two, 0, 1));
        Assert.Throws<ArgumentException>(() => ImageRotation.Rotate<double>(new double[4], new ImageShape(2, 2, 1), 1, new double[3]));
        Assert.Throws<ArgumentException>(() => ImageResize.Bilinear<double>(new double[4], new ImageShape(2, 2, 1), new double[8], new ImageShape(2, 2, 2)));
        var buffer = new double[6];
        Assert.Throws<ArgumentException>(() => ImageRotation.Rotate<double>(buffer.AsSpan(0, 4), new ImageShape(2, 2, 1), 1, buffer.AsSpan(2, 4)));
    }

    /// <summary>The definition on the normalized grid, as PyTorch writes it.</summary>
    private static double[] NaiveRotation(ReadOnlySpan<double> image, int h, int w, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var output = new double[h * w];
        for (var i = 0; i < h; i++)
        {
            for (var j = 0; j < w; j++)
            {
                var gx = (((2.0 * j) + 1) / w) - 1;
                var gy = (((2.0 * i) + 1) / h) - 1;
                var x = ((((cos * gx) - (sin * gy) + 1) * w) - 1) / 2;
                var y = ((((sin * gx) + (cos * gy) + 1) * h) - 1) / 2;
                for (var r = (int)Math.Floor(y); r <= (int)Math.Floor(y) + 1; r++)
                {
                    for (var c = (int)Math.Floor(x); c <= (int)Math.Floor(x) + 1; c++)
                    {
                        if (r >= 0 && r < h && c >= 0 && c < w)
                        {
                            output[(i * w) + j] += (1 - Math.Abs(x - c)) * (1 - Math.Abs(y - r)) * image[(r * w) + c];
                        }
                    }
                }
            }
        }

        return output;
    }

    /// <summary>Values in [0, 1) without pattern: fractional parts of multiples of the golden ratio.</summary>
    private static T[] Image<T>(ImageShape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
        => [.. Enumerable.Range(0, shape.Features).Select(i => T.CreateTruncating((i + 1) * 0.6180339887498949 % 1))];

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    private static void AssertNear(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(found[i], expected[i] - tolerance, expected[i] + tolerance);
        }
    }
}
