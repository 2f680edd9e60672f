using System.Globalization;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

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
            "Shows what is in a data set: counts, how often each class occurs, the first images.",
            new("data show optdigits", "The embedded digits."),
            new("data show mnist --images 8 --data ./my-data", "MNIST, with its first eight images."))
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
        TaskData<float> data = catalogue.Load<float>(name, All, All);
        catalogue.TryFind(name, out FoundDataset? found);
        Dataset<float> train = data.Train.Examples;
        var document = new DatasetDocument(
            name,
            known.Description,
            found!.Origin,
            found.Folder,
            new ImageEntry(known.Image.Rows, known.Image.Columns, known.Image.Channels),
            known.Classes,
            [Split("train", train), Split("test", data.Test!.Examples)],
            Range(train));
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.DatasetDocument);
        else
            Show(session, document, train);
        ExtraDocument.Write(session, $"{name}.json", document, DocumentJson.Plain.DatasetDocument);
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

    private void Show(Session session, DatasetDocument document, Dataset<float> train)
    {
        TextWriter people = session.People;
        people.WriteLine($"{document.Name}: {document.Description}");
        people.WriteLine($"from {document.Folder ?? "this program"} ({document.Origin})");
        people.WriteLine();
        people.WriteLine(
            string.Join(", ", document.Splits.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Examples:#,0} {s.Name}")))
            + $" images of {train.Image}, {document.Classes} classes");
        people.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"training inputs from {document.TrainInputs.Least:0.###} to {document.TrainInputs.Most:0.###}, mean {document.TrainInputs.Mean:0.###}"));
        people.WriteLine();
        LabelHistogram.Write(people, document.Splits);
        int images = Math.Min(session.Get(_images), train.Count);
        int width = (session.Terminal.OutIsTerminal ? session.Terminal.Width : Terminals.Terminal.UsualWidth) - 1;
        if (images > 0)
            ImageRows.Write(people, train, images, width);
    }
}
