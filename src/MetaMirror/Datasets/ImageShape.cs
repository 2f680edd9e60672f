namespace MetaMirror.Datasets;

/// <summary>How the features of one example form an image: channel planes one after another, each row by row (PyTorch's C x H x W).</summary>
/// <param name="Rows">Height in pixels.</param>
/// <param name="Columns">Width in pixels.</param>
/// <param name="Channels">Planes: 1 for gray, 3 for red, green, blue.</param>
public readonly record struct ImageShape(int Rows, int Columns, int Channels)
{
    /// <summary>Pixels of one plane: Rows * Columns.</summary>
    public int Plane => Rows * Columns;

    /// <summary>Features of one image: Rows * Columns * Channels.</summary>
    public int Features => Rows * Columns * Channels;

    /// <summary>For example <c>28x28x1</c>.</summary>
    public override string ToString() => $"{Rows}x{Columns}x{Channels}";

    /// <summary>Throws unless all three sizes are at least 1 and their product fits an array index.</summary>
    internal void Validate(string parameter)
    {
        if (Rows < 1 || Columns < 1 || Channels < 1 || (UInt128)(uint)Rows * (uint)Columns * (uint)Channels > (uint)Array.MaxLength)
        {
            throw new ArgumentException($"expected an image of at least 1x1x1 and at most {Array.MaxLength} values, found {this}", parameter);
        }
    }
}
