namespace MetaMirror.Networks;

/// <summary>Consecutive channels of a batch: their planes stand together in every row.</summary>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Channels">Channels of a row.</param>
/// <param name="Pixels">Numbers in a plane.</param>
/// <param name="First">First channel of the range.</param>
/// <param name="Count">Channels in the range.</param>
internal readonly record struct ChannelRange(int Rows, int Channels, int Pixels, int First, int Count)
{
    /// <summary>Numbers of one channel in the batch.</summary>
    public int Size => Rows * Pixels;

    /// <summary>Index of the range's first number in a row.</summary>
    public nint Start(int row) => (((nint)row * Channels) + First) * Pixels;
}
