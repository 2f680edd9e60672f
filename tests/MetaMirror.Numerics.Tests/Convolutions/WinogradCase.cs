using System.Numerics;

namespace MetaMirror.Numerics.Tests.Convolutions;

/// <summary>One shape with seeded operands, the product under test, its oracle and its rounding bounds.</summary>
internal sealed class WinogradCase<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int channels, rows, columns, outputs, padding, side;

    /// <param name="shape">Channels, rows, columns, outputs, padding, images.</param>
    /// <param name="side">Side of the tiles, or 0: as the shape says.</param>
    /// <param name="stripes">Whether lanes are shared out, not tiles.</param>
    public WinogradCase((int Channels, int Rows, int Columns, int Outputs, int Padding, int Images) shape, int side, bool stripes)
    {
        (channels, rows, columns, outputs, padding, Images) = shape;
        this.side = side;
        Convolution = new WinogradConvolution(channels, rows, columns, outputs, padding, side == 0 ? null : new WinogradPlan(side, stripes));
        Reference = new WinogradReference(channels, rows, columns, outputs, padding);
        X = Draws.Normal<T>(Reference.InputLength(Images), 60);
        W = Draws.Normal<T>(Reference.WeightLength, 61);
        Y = Draws.Normal<T>(Reference.OutputLength(Images), 62);
        Name = $"{shape} with tiles of {side}, stripes {stripes}";
    }

    public WinogradConvolution Convolution { get; }

    public WinogradReference Reference { get; }

    public int Images { get; }

    public T[] X { get; }

    public T[] W { get; }

    public T[] Y { get; }

    public string Name { get; }

    /// <summary>Most terms of a sum over channels and over tiles, where there are more than one.</summary>
    public int Terms => Math.Max(Math.Max(channels, outputs), (Images * (Reference.OutputRows + 1) * (Reference.OutputColumns + 1) / 4) + 1);

    /// <summary>Most roundings on a way from an input to an output: the terms, the transforms, and three for bias, β and the oracle's sum.</summary>
    public int Roundings => Terms + WinogradBound.F4.Roundings + 3;

    public double[] ForwardMagnitude => Bound(Reference.OutputRows, Reference.OutputColumns).Forward(
        Images, channels, rows, columns, outputs, padding, Doubles(X), Doubles(W));

    public double[] WeightMagnitude => Bound(Reference.OutputRows, Reference.OutputColumns).WeightGradient(
        Images, channels, rows, columns, outputs, padding, Doubles(X), Doubles(Y));

    /// <summary>Of the forward product with turned kernels, roles of channels exchanged.</summary>
    public double[] InputMagnitude
    {
        get
        {
            double[] turned = new double[W.Length];
            for (int i = 0; i < W.Length; i++)
                turned[((((i / 9 % channels) * outputs) + (i / 9 / channels)) * 9) + 8 - (i % 9)] = double.CreateTruncating(W[i]);
            return Bound(rows, columns).Forward(
                Images, outputs, Reference.OutputRows, Reference.OutputColumns, channels, 2 - padding, Doubles(Y), turned);
        }
    }

    public static double[] Doubles(T[] x) => [.. x.Select(double.CreateTruncating)];

    private WinogradBound Bound(int outputRows, int outputColumns)
    {
        int used = side == 0 ? WinogradPlan.Of(new WinogradOperands<T> { Rows = outputRows + 2, Columns = outputColumns + 2, Images = 1 }).Side : side;
        return used == 4 ? WinogradBound.F4 : WinogradBound.F2;
    }
}
