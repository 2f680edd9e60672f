using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// Two-dimensional convolution of many images and its two adjoints. The order of summation depends on the shape alone, and on how many elements of ay are
/// zero where these are skipped: the same bits in every run and with any number of threads, on one instruction set.
/// </summary>
/// <remarks>
/// In float, 3 x 3 kernels of stride 1 over many channels go by Winograd's algorithm (Lavin and Gray 2016): three times as fast, at up to five times the
/// rounding error of direct sums: about 1e-6 of the largest values in a tile's window, not of each result, and a pixel that is not finite spoils up to 4 x 4
/// results around its own. In double, where every gradient is checked, sums are direct.
/// Gradients of all other shapes skip the zeros of ay where they are so many that it pays, as behind pooling and rectifiers: what x or w holds against a zero of ay
/// is then not looked at, not even if it is not finite.
/// </remarks>
/// <param name="shape">Geometry of one image.</param>
public sealed unsafe class Convolution(ConvolutionShape shape)
{
    /// <summary>The costs are rough: a small difference says nothing.</summary>
    private const double ClearlyLess = 0.93;

    private readonly PixelGeometry forward = PixelGeometry.Forward(shape ?? throw new ArgumentNullException(nameof(shape)));
    private readonly PixelGeometry inputGradient = PixelGeometry.InputGradient(shape);
    private readonly ImageGeometry? imageGradient = ImageGeometry.InputGradient(shape);
    private readonly PlaneTapGeometry? planeTaps = shape.Stride == 1 ? new PlaneTapGeometry(shape) : null;

    private readonly StripChoice strips = new(shape);

    private readonly WinogradConvolution? winograd = WinogradFor(shape);

    /// <summary>Geometry of one image.</summary>
    public ConvolutionShape Shape { get; } = shape;

    /// <summary>
    /// y[n, o, i, j] ← β·y[n, o, i, j] + b[o] + Σ over c, p, q of w[o, c, p, q] · x[n, c, i·Stride + p − Padding, j·Stride + q − Padding],
    /// x being 0 outside the image; β = 0 does not read y.
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="team">Whose threads to use; the calling thread alone if null.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="x">Shape [images, Channels, Rows, Columns].</param>
    /// <param name="w">Shape [Outputs, Channels, KernelRows, KernelColumns].</param>
    /// <param name="bias">b: shape [Outputs], or empty for none.</param>
    /// <param name="beta">β.</param>
    /// <param name="y">Shape [images, Outputs, OutputRows, OutputColumns]; overwritten; shares no memory with the others.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or y overlaps an input.</exception>
    public void Forward<T>(WorkerTeam? team, int images, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, T beta, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        CheckImages(images, x.Length, nameof(x), y.Length, nameof(y));
        Require.Length(Shape.WeightSize, w.Length, nameof(w), "Outputs x Channels x KernelRows x KernelColumns");
        if (!bias.IsEmpty)
            Require.Length(Shape.Outputs, bias.Length, nameof(bias), "Outputs, or none");
        Require.Disjoint(x, y, nameof(x), nameof(y));
        Require.Disjoint(w, y, nameof(w), nameof(y));
        Require.Disjoint(bias, y, nameof(bias), nameof(y));
        if (images == 0)
            return;
        if (GoesByWinograd<T>())
        {
            winograd.Forward(team, images, x, w, bias, beta, y);
            return;
        }

        fixed (T* px = x, pw = w, pb = bias, py = y)
            Multiply(team, forward, images, px, pw, pb, beta, py);
    }

    /// <summary>
    /// ax ← β·ax + the adjoint in x: ax[n, c, r, s] receives Σ of w[o, c, p, q] · ay[n, o, i, j] over all o, p, q, i, j with
    /// i·Stride + p − Padding = r and j·Stride + q − Padding = s; β = 0 does not read ax.
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="team">Whose threads to use; the calling thread alone if null.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="ay">Shape [images, Outputs, OutputRows, OutputColumns].</param>
    /// <param name="w">Shape [Outputs, Channels, KernelRows, KernelColumns].</param>
    /// <param name="beta">β.</param>
    /// <param name="ax">Shape [images, Channels, Rows, Columns]; overwritten; shares no memory with the others.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or ax overlaps an input.</exception>
    public void InputGradient<T>(WorkerTeam? team, int images, ReadOnlySpan<T> ay, ReadOnlySpan<T> w, T beta, Span<T> ax)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        CheckImages(images, ax.Length, nameof(ax), ay.Length, nameof(ay));
        Require.Length(Shape.WeightSize, w.Length, nameof(w), "Outputs x Channels x KernelRows x KernelColumns");
        Require.Disjoint(ay, ax, nameof(ay), nameof(ax));
        Require.Disjoint(w, ax, nameof(w), nameof(ax));
        if (images == 0)
            return;
        if (GoesByWinograd<T>())
        {
            winograd.InputGradient(team, images, ay, w, beta, ax);
            return;
        }

        fixed (T* pay = ay, pw = w, pax = ax)
        {
            double imageCost = imageGradient is null ? double.PositiveInfinity : ImageProduct<T>.Cost(imageGradient, images), cost = Cost<T>(inputGradient);
            if (strips.ForInput(images, pay, Math.Min(imageCost, cost)) is { } geometry)
                StripProduct<T>.Run(team, geometry, images, pay, pw, beta, pax);
            else if (imageGradient is not null && imageCost < ClearlyLess * cost)
                ImageProduct<T>.Run(team, imageGradient, images, pay, pw, beta, pax);
            else
                Multiply(team, inputGradient, images, pay, pw, null, beta, pax);
        }
    }

    /// <summary>
    /// aw ← aw + the adjoint in w: aw[o, c, p, q] receives Σ over n, i, j of ay[n, o, i, j] · x[n, c, i·Stride + p − Padding, j·Stride + q − Padding].
    /// </summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="team">Whose threads to use; the calling thread alone if null.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="x">Shape [images, Channels, Rows, Columns].</param>
    /// <param name="ay">Shape [images, Outputs, OutputRows, OutputColumns].</param>
    /// <param name="aw">Shape [Outputs, Channels, KernelRows, KernelColumns]; added to; shares no memory with the others.</param>
    /// <exception cref="ArgumentException">A span does not have the stated shape, or aw overlaps an input.</exception>
    public void WeightGradient<T>(WorkerTeam? team, int images, ReadOnlySpan<T> x, ReadOnlySpan<T> ay, Span<T> aw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Require.SupportedElement<T>();
        CheckImages(images, x.Length, nameof(x), ay.Length, nameof(ay));
        Require.Length(Shape.WeightSize, aw.Length, nameof(aw), "Outputs x Channels x KernelRows x KernelColumns");
        Require.Disjoint(x, aw, nameof(x), nameof(aw));
        Require.Disjoint(ay, aw, nameof(ay), nameof(aw));
        if (images == 0)
            return;
        if (GoesByWinograd<T>())
        {
            winograd.WeightGradient(team, images, x, ay, aw);
            return;
        }

        fixed (T* px = x, pay = ay, paw = aw)
        {
            double planeCost = planeTaps is null ? double.PositiveInfinity : PlaneTapProduct<T>.Cost(planeTaps), tapCost = TapProduct<T>.Cost(Shape);
            if (strips.ForWeights(images, pay, Math.Min(planeCost, tapCost)) is { } geometry)
                StripTapProduct<T>.Run(team, geometry, images, px, pay, paw);
            else if (planeTaps is not null && planeCost < ClearlyLess * tapCost)
                PlaneTapProduct<T>.Run(team, planeTaps, images, px, pay, paw);
            else
                TapProduct<T>.Run(team, Shape, forward, images, px, pay, paw);
        }
    }

    /// <summary>The way is chosen by the shape alone (and the width of vectors).</summary>
    private static void Multiply<T>(WorkerTeam? team, PixelGeometry geometry, int images, T* source, T* weights, T* bias, T beta, T* result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (PlaneProduct<T>.Cost(geometry) < ClearlyLess * PixelProduct<T>.Cost(geometry))
            PlaneProduct<T>.Run(team, geometry, images, source, weights, bias, beta, result);
        else
            PixelProduct<T>.Run(team, geometry, images, source, weights, bias, beta, result);
    }

    private static double Cost<T>(PixelGeometry geometry)
        where T : unmanaged, IFloatingPointIeee754<T> => Math.Min(PixelProduct<T>.Cost(geometry), PlaneProduct<T>.Cost(geometry));

    /// <summary>Whether sums are Winograd's, not direct.</summary>
    [MemberNotNullWhen(true, nameof(winograd))]
    internal bool GoesByWinograd<T>()
        where T : unmanaged => winograd is not null && typeof(T) == typeof(float);

    /// <summary>Below this many channels on either side there is little to gain.</summary>
    private const int ManyChannels = 16;

    private static WinogradConvolution? WinogradFor(ConvolutionShape shape) =>
        shape is { KernelRows: 3, KernelColumns: 3, Stride: 1, Padding: <= 2, Channels: >= ManyChannels, Outputs: >= ManyChannels, OutputRows: > 1, OutputColumns: > 1 }
            ? new WinogradConvolution(shape.Channels, shape.Rows, shape.Columns, shape.Outputs, shape.Padding)
            : null;

    private void CheckImages(int images, int input, string inputName, int output, string outputName)
    {
        Require.NotNegative(images, nameof(images));
        Require.Length((long)images * Shape.InputSize, input, inputName, "images x Channels x Rows x Columns");
        Require.Length((long)images * Shape.OutputSize, output, outputName, "images x Outputs x OutputRows x OutputColumns");
    }
}
