namespace MetaMirror.Numerics;

/// <summary>How <see cref="PlaneTapProduct{T}"/> reads images and results: rows of both lie equally far apart.</summary>
internal sealed class PlaneTapGeometry
{
    /// <param name="shape">Of stride 1.</param>
    public PlaneTapGeometry(ConvolutionShape shape)
    {
        Shape = shape;
        int right = Math.Max(shape.Padding, shape.OutputColumns - shape.Columns);
        Input = new PlaneLayout(shape.Channels, shape.Rows, shape.Columns, shape.Padding, shape.Padding, shape.Padding, right) { Copies = true };
        int between = Input.Pitch - shape.OutputColumns;
        Output = new PlaneLayout(
            shape.Outputs, shape.OutputRows, shape.OutputColumns, 0, (PlaneLayout.Slack / Input.Pitch) + 1, 0, between)
        { Copies = true };
        Length = ((shape.OutputRows - 1) * Input.Pitch) + shape.OutputColumns;
        Taps = [.. PixelTable.Forward(shape, Input, 1).Depths];
    }

    public ConvolutionShape Shape { get; }

    public PlaneLayout Input { get; }

    public PlaneLayout Output { get; }

    /// <summary>Elements of a plane of results with the zeros between its rows.</summary>
    public int Length { get; }

    /// <summary>Where the elements of the first window lie.</summary>
    public int[] Taps { get; }
}
