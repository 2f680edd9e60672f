using MetaMirror.Datasets;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Reports;

/// <summary>A page with images of every class of a data set, side by side, so that a person sees whether the labels fit.</summary>
/// <param name="known">The data set.</param>
/// <param name="use">What its files are.</param>
public sealed class ContactSheet(KnownDataset known, DataUse use)
{
    /// <summary>Most images of a class.</summary>
    private const int Most = 16;

    /// <summary>Least height of an image and largest width of a row of them, in pixels of the page.</summary>
    private const int LeastHeight = 48, Room = 840;
    private const int Gap = 2;
    private const byte Background = 128;

    private const string Css =
        "table.sheet td{padding:2px 8px;vertical-align:middle}table.sheet th{vertical-align:middle;text-align:left;font-weight:500;white-space:nowrap;padding-right:12px}table.sheet img{display:block;image-rendering:pixelated;max-width:none}";

    /// <summary>Numbers of the images shown of a class: evenly spread over those there are, the first and the last among them.</summary>
    /// <param name="labels">Labels of all images.</param>
    /// <param name="label">The class.</param>
    /// <param name="most">How many at most, at least 2.</param>
    public static int[] Shown(ReadOnlySpan<int> labels, int label, int most)
    {
        var all = new List<int>();
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == label)
                all.Add(i);
        }

        return all.Count <= most ? [.. all] : [.. Enumerable.Range(0, most).Select(k => all[(int)((long)k * (all.Count - 1) / (most - 1))])];
    }

    /// <summary>Writes the page.</summary>
    /// <param name="splits">Names and images of the splits.</param>
    /// <param name="destination">Receives the page; not closed. Write it as UTF-8.</param>
    public void Write(IReadOnlyList<(string Name, Dataset<float> Images)> splits, TextWriter destination)
    {
        ArgumentNullException.ThrowIfNull(splits);
        var html = new MarkupWriter(destination);
        html.Raw("<!DOCTYPE html>\n");
        html.Open("html", ("lang", "en"));
        html.Open("head");
        html.Empty("meta", ("charset", "utf-8"));
        html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
        html.Element("title", $"Contact sheet: {known.Name}");
        html.Open("style");
        html.Raw(PlotStylesheet.Css);
        html.Raw(ReportStylesheet.Css);
        html.Raw(Css);
        html.Close();
        html.Close();
        html.Open("body");
        html.Open("main");
        html.Open("header");
        html.Element("p", "MetaMirror contact sheet", ("class", "kicker"));
        html.Element("h1", known.Name);
        html.Element("p", $"{known.Description}. The files here: {use.Contents}. License: {known.License}.");
        html.Close();
        foreach ((string name, Dataset<float> images) in splits)
            Split(html, name, images);
        html.Close();
        html.Close();
        html.Close();
    }

    private void Split(MarkupWriter html, string name, Dataset<float> images)
    {
        html.Open("section");
        html.Element("h2", $"{char.ToUpperInvariant(name[0])}{name[1..]}: {NumberText.Count(images.Count)} images of {images.Image}");
        int most = Math.Clamp(Room / (Scale(images.Image!.Value) * (images.Image.Value.Columns + Gap)), 2, Most);
        html.Element("p", $"Up to {NumberText.Count(most)} images of each class, evenly spread over the file.", ("class", "caption"));
        html.Open("div", ("class", "wide"));
        html.Open("table", ("class", "sheet"));
        for (int label = 0; label < images.Classes; label++)
        {
            html.Open("tr");
            html.Element("th", known.ClassName(label), ("scope", "row"));
            html.Element("td", NumberText.Count(images.Labels.Count(label)), ("class", "num"));
            html.Open("td");
            int[] shown = Shown(images.Labels, label, most);
            if (shown.Length > 0)
                Strip(html, images, shown, known.ClassName(label));
            html.Close();
            html.Close();
        }

        html.Close();
        html.Close();
        html.Close();
    }

    private static void Strip(MarkupWriter html, Dataset<float> images, int[] shown, string name)
    {
        ImageShape shape = images.Image!.Value;
        int width = (shown.Length * (shape.Columns + Gap)) - Gap;
        var pixels = new byte[shape.Rows * width * shape.Channels];
        Array.Fill(pixels, Background);
        for (int k = 0; k < shown.Length; k++)
            Draw(images.Input(shown[k]), shape, pixels, width, k * (shape.Columns + Gap));
        int scale = Scale(shape);
        html.Empty(
            "img",
            ("alt", $"{shown.Length} images of {name}"),
            ("width", NumberText.Coordinate(scale * width)),
            ("height", NumberText.Coordinate(scale * shape.Rows)),
            ("src", "data:image/png;base64," + Convert.ToBase64String(PngImage.Encode(pixels, shape.Rows, width, shape.Channels))));
    }

    // Whole pixels of the page for each of the image.
    private static int Scale(ImageShape shape) => (LeastHeight + shape.Rows - 1) / shape.Rows;

    private static void Draw(ReadOnlySpan<float> image, ImageShape shape, byte[] pixels, int width, int left)
    {
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int p = 0; p < shape.Plane; p++)
            {
                int at = (((p / shape.Columns * width) + left + (p % shape.Columns)) * shape.Channels) + c;
                pixels[at] = (byte)Math.Round(Math.Clamp(image[(c * shape.Plane) + p], 0, 1) * byte.MaxValue);
            }
        }
    }
}
