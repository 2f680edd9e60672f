namespace MetaMirror.Numerics;

/// <summary>
/// What a product reads and writes. Planes of x are [images, channels, rows, columns] with zeros around them, planes of y
/// [images, lanes, output rows, output columns]; the kernel of (lane, channel) is a square of nine, read backwards if flipped.
/// </summary>
internal unsafe struct WinogradOperands<T>
    where T : unmanaged
{
    private const int Taps = 3;

    public int Images, Channels, Rows, Columns, Lanes, Padding;
    public T* X, W, Bias, Y;
    public nint LaneStep, ChannelStep;
    public bool Flipped;
    public T Beta;

    /// <summary>Null: as the shape says.</summary>
    public WinogradPlan? Plan;

    public readonly int OutputRows => Rows + (2 * Padding) - Taps + 1;

    public readonly int OutputColumns => Columns + (2 * Padding) - Taps + 1;

    public readonly nint Plane => (nint)Rows * Columns;

    public readonly nint OutputPlane => (nint)OutputRows * OutputColumns;

    /// <summary>Tiles of a given side for some of the images.</summary>
    public readonly WinogradTiles Tiles(int images, int side, int most) => new(images, OutputRows, OutputColumns, side, most);
}
