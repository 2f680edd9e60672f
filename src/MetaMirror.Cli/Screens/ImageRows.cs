using System.Text;
using MetaMirror.Datasets;

namespace MetaMirror.Cli.Screens;

/// <summary>Images in shades of text: two characters a pixel for small images, half blocks of two pixels for large ones; bright is dense.</summary>
internal static class ImageRows
{
    private const string Shades = " ░▒▓█";
    private const int Gap = 2, LargestDoubled = 16;

    /// <summary>Draws the first images side by side, in as many rows as the width needs.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="data">Images with values from 0 to 1.</param>
    /// <param name="count">How many.</param>
    /// <param name="width">Columns.</param>
    public static void Write(TextWriter writer, Dataset<float> data, int count, int width)
    {
        if (data.Image is not { } shape)
            return;
        bool doubled = shape.Columns <= LargestDoubled;
        int cell = doubled ? 2 * shape.Columns : shape.Columns;
        int across = Math.Max(1, (width + Gap) / (cell + Gap));
        for (int first = 0; first < count; first += across)
        {
            int last = Math.Min(count, first + across);
            writer.WriteLine(
                string.Join(new string(' ', Gap), Enumerable.Range(first, last - first).Select(i => $"{data.Labels[i]}".PadRight(cell))).TrimEnd());
            for (int y = 0; y < shape.Rows; y += doubled ? 1 : 2)
                writer.WriteLine(Line(data, shape, first, last, y, doubled));
            writer.WriteLine();
        }
    }

    private static string Line(Dataset<float> data, ImageShape shape, int first, int last, int y, bool doubled)
    {
        var line = new StringBuilder();
        for (int i = first; i < last; i++)
        {
            if (i > first)
                line.Append(' ', Gap);
            for (int x = 0; x < shape.Columns; x++)
            {
                float upper = Light(data, shape, i, y, x);
                if (doubled)
                    line.Append(Shade(upper), 2);
                else
                    line.Append(Half(upper, y + 1 < shape.Rows ? Light(data, shape, i, y + 1, x) : 0));
            }
        }

        return line.ToString().TrimEnd();
    }

    // Mean over the channels.
    private static float Light(Dataset<float> data, ImageShape shape, int image, int y, int x)
    {
        float sum = 0;
        int plane = shape.Plane;
        for (int c = 0; c < shape.Channels; c++)
            sum += data.Inputs[(image * data.Features) + (c * plane) + (y * shape.Columns) + x];
        return sum / shape.Channels;
    }

    private static char Shade(float light) => Shades[(int)Math.Round(Math.Clamp(light, 0, 1) * (Shades.Length - 1))];

    private static char Half(float upper, float lower) => (upper >= 0.5f, lower >= 0.5f) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => Shade((upper + lower) / 2),
    };
}
