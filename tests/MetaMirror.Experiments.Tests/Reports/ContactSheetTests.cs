using System.Xml.Linq;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Reports;

public sealed class ContactSheetTests
{
    [Fact]
    public void Images_are_spread_evenly()
    {
        Assert.Equal([0, 2], ContactSheet.Shown([5, 1, 5, 0], 5, 4));
        Assert.Equal([0, 3, 6, 9], ContactSheet.Shown(new int[10], 0, 4));
        Assert.Empty(ContactSheet.Shown([1, 1], 0, 4));
    }

    [Fact]
    public void Every_class_has_a_row_with_its_name_and_count()
    {
        KnownDataset known = DatasetCatalogue.Named("svhn");
        var use = new DataUse("svhn", known.License, known.Restriction, [new DataFileUse("a", "first 2"), new DataFileUse("b", "first 2"), new DataFileUse("c", "whole")]);
        Dataset<float> images = Dataset<float>.Classification("svhn", new float[2 * 3072], 3072, (int[])[3, 3], 10, known.Image);
        using var page = new StringWriter();
        new ContactSheet(known, use).Write([("test", images)], page);
        string text = page.ToString();
        XElement body = XDocument.Parse(text["<!DOCTYPE html>".Length..]).Root!;
        XElement[] rows = [.. body.Descendants("tr")];
        Assert.Equal(10, rows.Length);
        Assert.Equal((("3"), ("2")), (rows[3].Element("th")!.Value, rows[3].Elements("td").First().Value));
        Assert.StartsWith("data:image/png;base64,iVBOR", Assert.Single(body.Descendants("img")).Attribute("src")!.Value, StringComparison.Ordinal);
        Assert.Contains("The files here: a, b: first 2; c: whole. License: non-commercial use only.", text, StringComparison.Ordinal);
        Assert.Contains("img-src data:", text, StringComparison.Ordinal);
    }
}
