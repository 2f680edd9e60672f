using System.Xml.Linq;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Reports;

public sealed class DataSectionTests
{
    private static readonly DataUse Part = new("kmnist", "CC BY-SA 4.0", null, [new DataFileUse("a", "first 7,011 of 60,000"), new DataFileUse("b", "whole")]) { TrainExamples = 5000 };

    [Fact]
    public void Reports_say_which_data_were_read()
    {
        ReportModel model = SampleReports.RotatedDigits();
        model = model with { Comparison = model.Comparison! with { Data = [Part] } };
        using var page = new StringWriter();
        ReportWriter.Write(model, page);
        XElement section = XDocument.Parse(page.ToString()).Descendants("section").Single(s => s.Element("h2")?.Value == "Data actually used");
        Assert.Equal(["kmnist", "5,000", "–", "a: first 7,011 of 60,000; b: whole", "CC BY-SA 4.0"], section.Descendants("tbody").Single().Element("tr")!.Elements().Select(e => e.Value));
    }

    [Fact]
    public void Documents_keep_it()
    {
        ComparisonResult result = SampleReports.RotatedDigits().Comparison! with { Data = [Part] };
        string text = ComparisonJson.ToText(result);
        Assert.Contains("\"content\": \"first 7,011 of 60,000\"", text, StringComparison.Ordinal);
        DataUse read = Assert.Single(ComparisonJson.Read(text).Data);
        Assert.Equal((Part.Dataset, Part.TrainExamples, Part.TestExamples, Part.Contents), (read.Dataset, read.TrainExamples, read.TestExamples, read.Contents));
    }
}
