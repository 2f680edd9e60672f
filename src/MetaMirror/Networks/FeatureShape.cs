namespace MetaMirror.Networks;

/// <summary>Shape of one example between two layers: channel planes, each row by row. A vector is n channels of one pixel.</summary>
/// <param name="Channels">Channels, or length of a vector.</param>
/// <param name="Rows">Height.</param>
/// <param name="Columns">Width.</param>
public readonly record struct FeatureShape(int Channels, int Rows = 1, int Columns = 1)
{
    /// <summary>Numbers in one example.</summary>
    public int Size => checked(Channels * Rows * Columns);

    /// <summary>This shape.</summary>
    /// <exception cref="ArgumentException">A size is below 1.</exception>
    internal FeatureShape Positive(string name) => Channels >= 1 && Rows >= 1 && Columns >= 1
        ? this
        : throw new ArgumentException($"Channels, rows and columns of an input must be at least 1, but are {Channels}x{Rows}x{Columns}.", name);

    /// <inheritdoc/>
    public override string ToString() => Rows == 1 && Columns == 1 ? $"{Channels}" : $"{Channels}x{Rows}x{Columns}";
}
