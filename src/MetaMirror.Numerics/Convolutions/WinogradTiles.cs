namespace MetaMirror.Numerics;

/// <summary>
/// Squares of output that one image is cut into, and the cut of all images into items of work: bands of whole rows of tiles of one
/// image, or several small images. The cut depends on the shape alone.
/// </summary>
internal readonly struct WinogradTiles
{
    private readonly int images, bands, imagesPerItem, rowsPerBand;

    /// <param name="images">Number of images.</param>
    /// <param name="rows">Rows of output.</param>
    /// <param name="columns">Columns of output.</param>
    /// <param name="side">Side of a tile of output.</param>
    /// <param name="most">Tiles of an item; exceeded if one row of tiles has more.</param>
    public WinogradTiles(int images, int rows, int columns, int side, int most)
    {
        this.images = images;
        (Side, Rows, Columns) = (side, rows, columns);
        (Down, Across) = ((rows + side - 1) / side, (columns + side - 1) / side);
        rowsPerBand = Math.Clamp(most / Across, 1, Down);
        bands = (Down + rowsPerBand - 1) / rowsPerBand;
        rowsPerBand = (Down + bands - 1) / bands;
        imagesPerItem = bands > 1 ? 1 : Math.Max(1, most / (Down * Across));
        Items = (images + imagesPerItem - 1) / imagesPerItem * bands;
        MostTiles = rowsPerBand * Across * Math.Max(1, Math.Min(imagesPerItem, images));
    }

    /// <summary>Side of a tile of output.</summary>
    public int Side { get; }

    /// <summary>Rows of output.</summary>
    public int Rows { get; }

    /// <summary>Columns of output.</summary>
    public int Columns { get; }

    /// <summary>Tiles below each other.</summary>
    public int Down { get; }

    /// <summary>Tiles beside each other.</summary>
    public int Across { get; }

    /// <summary>Items of work.</summary>
    public int Items { get; }

    /// <summary>Tiles of the largest item.</summary>
    public int MostTiles { get; }

    /// <summary>Rows of tiles in the largest band.</summary>
    public int MostRows => rowsPerBand;

    /// <summary>The images and the rows of tiles of an item.</summary>
    public (int FirstImage, int EndImage, int FirstRow, int EndRow) Item(int item)
    {
        int group = item / bands * imagesPerItem, row = item % bands * rowsPerBand;
        return (group, Math.Min(group + imagesPerItem, images), Math.Min(row, Down), Math.Min(row + rowsPerBand, Down));
    }
}
