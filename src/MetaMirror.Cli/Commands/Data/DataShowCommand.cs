using System.Globalization;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Data;

/// <summary><c>data show</c>: counts, label histogram, and a few images.</summary>
internal sealed class DataShowCommand : ICommandSpec
{
    private const int All = int.MaxValue, MostImages = 64;
    private readonly ValueArgument _name = new(
        "NAME", "the name of a data set (see 'metamirror data list')", "Name of a data set; 'metamirror data list' lists them.");
    private readonly ValueOption<int> _images = new(
        "--images", "N", ValueKinds.Whole(0, MostImages), "How many of the first training images to draw. Default 4.", 4);

    public DataShowCommand()
    {
        Command = new(
            "show",
            "Shows what is in a data set: counts, how often each class occurs, the first images; with --out also a page with images of each class.",
            new("data show optdigits", "The embedded digits."),
            new("data show mnist --images 8 --data ./my-data", "MNIST, with its first eight images."),
            new("data show cifar-10 --out sheets", "Also sheets/cifar-10.html, a contact sheet: do the labels fit?"))
        {
            _name,
            _images,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string name = session.Get(_name)!;
        KnownDataset known = UsageException.Blame(_name.Name, () => DatasetCatalogue.Named(name));
        var catalogue = new DatasetCatalogue(session.Data);
        if (!catalogue.TryFind(name, out FoundDataset? found) || found!.HasTraining)
            return Show(session, known, catalogue, catalogue.Load<float>(name, All, All));
        Dataset<float> test = catalogue.LoadTest<float>(name, All);
        return Show(session, known, catalogue, [("test", test)]);
    }

    private int Show(Session session, KnownDataset known, DatasetCatalogue catalogue, TaskData<float> data) =>
        Show(session, known, catalogue, [("train", data.Train.Examples), ("test", data.Test!.Examples)]);

    private int Show(Session session, KnownDataset known, DatasetCatalogue catalogue, (string Name, Dataset<float> Images)[] splits)
    {
        catalogue.TryFind(known.Name, out FoundDataset? found);
        DataUse use = catalogue.Use(known.Name);
        var document = new DatasetDocument(
            known.Name,
            known.Description,
            found!.Origin,
            found.Folder,
            new ImageEntry(known.Image.Rows, known.Image.Columns, known.Image.Channels),
            known.Classes,
            [.. splits.Select(s => Split(s.Name, s.Images))],
            Range(splits[0].Images))
        {
            License = known.License,
            Files = use.Files,
        };
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.DatasetDocument);
        else
            Show(session, document, use, splits[0]);
        ExtraDocument.Write(session, $"{known.Name}.json", document, DocumentJson.Plain.DatasetDocument);
        if (session.Out is not null)
            WriteSheet(session, known, use, splits);
        return ExitCodes.Done;
    }

    private static SplitEntry Split(string name, Dataset<float> data)
    {
        var counts = new int[data.Classes];
        foreach (int label in data.Labels)
            counts[label]++;
        return new SplitEntry(name, data.Count, counts);
    }

    private static RangeEntry Range(Dataset<float> data)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity, sum = 0;
        foreach (float x in data.Inputs)
        {
            least = Math.Min(least, x);
            most = Math.Max(most, x);
            sum += x;
        }

        return new RangeEntry(least, most, sum / data.Inputs.Length);
    }

    private static void WriteSheet(Session session, KnownDataset known, DataUse use, (string Name, Dataset<float> Images)[] splits)
    {
        string path = Path.Combine(OutputPlace.Folder(session, "", null), $"{known.Name}.html");
        WholeFile.Write(path, writer => new ContactSheet(known, use).Write(splits, writer));
        session.Terminal.Error.WriteLine($"Wrote {path}");
    }

    private void Show(Session session, DatasetDocument document, DataUse use, (string Name, Dataset<float> Images) split)
    {
        Dataset<float> train = split.Images;
        TextWriter people = session.People;
        people.WriteLine($"{document.Name}: {document.Description}");
        people.WriteLine($"from {document.Folder ?? "this program"} ({document.Origin})");
        people.WriteLine($"files: {use.Contents}");
        people.WriteLine();
        people.WriteLine(
            string.Join(", ", document.Splits.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Examples:#,0} {s.Name}")))
            + $" images of {train.Image}, {document.Classes} classes");
        people.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(split.Name == "train" ? "training" : "test")} inputs from {document.Inputs.Least:0.###} to {document.Inputs.Most:0.###}, mean {document.Inputs.Mean:0.###}"));
        people.WriteLine();
        LabelHistogram.Write(people, document.Splits);
        int images = Math.Min(session.Get(_images), train.Count);
        int width = (session.Terminal.OutIsTerminal ? session.Terminal.Width : Terminals.Terminal.UsualWidth) - 1;
        if (images > 0)
            ImageRows.Write(people, train, images, width);
    }
}
