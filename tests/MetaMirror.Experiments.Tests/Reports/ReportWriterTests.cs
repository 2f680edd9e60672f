using System.Text.RegularExpressions;
using System.Xml.Linq;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Tests.Plots;

namespace MetaMirror.Experiments.Tests.Reports;

public sealed class ReportWriterTests
{
    private const string Hostile = "</title><script src=\"//evil\">x</script><img src=x onerror=y> & '\"";

    private static readonly string[] AllSections =
    [
        "What was learned, and on what", "Training loss", "Comparison", "Paths on a quadratic", "Which component was active", "The learned preconditioner", "Further results",
        "The papers’ numbers beside ours", "What learning cost, and when it pays", "Definitions", "Machine and seeds", "References",
    ];

    public static TheoryData<string> Samples => ["digits", "rotations", "quadratics", "everything", "hostile", "title only"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Page_is_well_formed(string name)
    {
        var html = Html(Sample(name));
        if (Environment.GetEnvironmentVariable("METAMIRROR_TEST_KEEP") is { Length: > 0 } folder) File.WriteAllText(Path.Combine(folder, $"report-{name.Replace(' ', '-')}.html"), html);
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.Equal("html", XDocument.Parse(html).Root!.Name.LocalName);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Page_needs_nothing_else(string name)
    {
        var html = Html(Sample(name));
        var elements = XDocument.Parse(html).Descendants().ToArray();
        Assert.DoesNotContain(elements, e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "embed" or "image" or "use" or "base" or "form");
        Assert.DoesNotContain(elements.Attributes(), a => a.Name.LocalName is "src" or "href" or "srcset" or "action" or "style" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        var css = string.Concat(elements.Where(e => string.Equals(e.Name.LocalName, "style", StringComparison.Ordinal)).Select(e => e.Value));
        Assert.DoesNotContain("url(", css, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", css, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", elements.Attributes("content").Select(a => a.Value.Split(';')[0]));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Page_is_the_same_every_time_and_in_every_culture(string name) => Assert.Equal(Html(Sample(name)), CommaCulture.Run(() => Html(Sample(name))));

    [Fact]
    public void Both_themes_set_the_same_variables_and_every_variable_used_is_set()
    {
        var html = Html(SampleReports.RotatedDigits());
        var themes = Regex.Matches(html, @":root\{color-scheme:(?<theme>light|dark);(?<variables>[^}]*)\}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.Equal(["light", "dark"], themes.Select(t => t.Groups["theme"].Value));
        var (light, dark) = (Names(themes[0].Groups["variables"].Value), Names(themes[1].Groups["variables"].Value));
        Assert.Equal(light.Order(StringComparer.Ordinal), dark.Order(StringComparer.Ordinal));
        var used = Regex.Matches(html, @"var\((?<name>--[a-z0-9]+)\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(new HashSet<string>([.. light, "--c", "--w"], StringComparer.Ordinal), used);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_shows_in_order() => Assert.Equal(AllSections, Headings(Html(Sample("everything"))));

    [Fact]
    public void Empty_sections_are_left_out()
    {
        Assert.Empty(Headings(Html(Sample("title only"))));
        var empty = new ReportModel
        {
            Title = "t",
            Comparison = VerdictTests.Result(),
            Activations = [new ActivationFrequencies("a", [])],
            Preconditioner = [new PreconditionerPicture("p", 0, 0, [], "")],
        };
        Assert.Equal(["Definitions"], Headings(Html(empty)));
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        var page = XDocument.Parse(Html(Sample("hostile")));
        Assert.Equal(Hostile, page.Descendants("title").First().Value);
        Assert.Equal(Hostile, page.Descendants("h1").Single().Value);
        Assert.True(page.Descendants().Count(e => !e.HasElements && e.Value.Contains("<script", StringComparison.Ordinal)) > 20);
    }

    [Fact]
    public void What_was_not_reached_is_said_with_its_count()
    {
        var row = TableRow("Comparison", "sgd");
        Assert.Equal("not reached (2 of 5)", row.Elements("td").First().Value);
        Assert.Contains("missing", row.Elements("td").First().Attribute("class")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Best_of_each_column_is_marked()
    {
        var rows = XDocument.Parse(Html(SampleReports.RotatedDigits())).Descendants("table").First().Element("tbody")!.Elements("tr").ToArray();
        var best = rows.SelectMany(r => r.Descendants("strong").Select(s => (Name(r), s.Value))).ToArray();
        Assert.Equal(6, best.Length); // steps, seconds, final loss, mean loss, accuracy, ms per step
        Assert.Contains(("soap", "97.0 %"), best);
        Assert.Contains(("sgd", "0.0380"), best);
    }

    [Fact]
    public void Learned_and_control_rows_are_marked()
    {
        Assert.Equal("learned", TableRow("Comparison", "metamirror-basis").Attribute("class")!.Value);
        var control = TableRow("Comparison", "unlearned-basis");
        Assert.Equal("control", control.Attribute("class")!.Value);
        Assert.Equal("control", control.Descendants("span").Single(s => string.Equals(s.Attribute("class")!.Value, "tag", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public void Columns_without_figures_are_left_out()
    {
        var headers = XDocument.Parse(Html(SampleReports.Quadratics())).Descendants("table").ElementAt(2).Descendants("th").Select(h => h.Value).ToArray();
        Assert.DoesNotContain("test accuracy", headers);
        Assert.DoesNotContain("final loss", headers);
        Assert.Contains("steps to target", headers);
    }

    [Fact]
    public void Figures_that_are_not_finite_read_as_missing()
    {
        var row = VerdictTests.Row("adam", OptimizerRole.Baseline, double.NaN) with { FinalTrainingLoss = double.NaN, MeanTrainingLoss = double.PositiveInfinity, Diverged = 5, TestAccuracy = new MeanAndError(double.NaN, null) };
        var model = new ReportModel { Title = "t", Comparison = VerdictTests.Result(row, VerdictTests.Row("learned", OptimizerRole.Learned, 42)) };
        var text = string.Concat(XDocument.Parse(Html(model)).Descendants("body").Single().DescendantNodes().OfType<XText>().Select(t => t.Value));
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", text, StringComparison.Ordinal);
        Assert.Contains("5 of 5", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_picture_is_named()
    {
        var pictures = XDocument.Parse(Html(Sample("everything"))).Descendants("svg").Where(s => s.Attribute("role") is not null).ToArray();
        Assert.True(pictures.Length >= 7, $"expected at least 7 pictures, found {pictures.Length}");
        Assert.All(pictures, p => Assert.NotEqual("", p.Attribute("aria-label")!.Value));
    }

    [Fact]
    public void One_optimizer_has_one_style_everywhere()
    {
        var html = Html(SampleReports.RotatedDigits());
        var expected = new SeriesStyle(SeriesWeight.Learned, 0).Classes;
        Assert.Contains($"class=\"line {expected}\"", html, StringComparison.Ordinal);
        Assert.Contains($"class=\"swatch {expected}\"", html, StringComparison.Ordinal);
        Assert.Contains($"class=\"label {expected}\"", html, StringComparison.Ordinal);
    }

    private static ReportModel Sample(string name) => name switch
    {
        "digits" => SampleReports.RotatedDigits(),
        "rotations" => SampleReports.SixRotations(),
        "quadratics" => SampleReports.Quadratics(),
        "everything" => SampleReports.RotatedDigits() with { Trajectories = SampleReports.Quadratics().Trajectories, PaperFigures = SampleReports.Quadratics().PaperFigures },
        "hostile" => HostileReport(),
        _ => new ReportModel { Title = "t" },
    };

    private static ReportModel HostileReport()
    {
        var row = VerdictTests.Row(Hostile, OptimizerRole.Learned, 42) with { HeldOutTask = Hostile, Label = Hostile, Tuning = new TuningSummary(Hostile, 1) { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { [Hostile] = Hostile } } };
        var text = new NamedText(Hostile, Hostile);
        return new ReportModel
        {
            Title = Hostile,
            Learned = Hostile,
            Facts = [text],
            Notes = [Hostile],
            Comparison = new ComparisonResult
            {
                Experiment = Hostile,
                Target = new TargetDefinition(Hostile, 0.1, Hostile),
                Comparison = [row],
                Curves = [new RunCurve(Hostile, Hostile, [0, 1], [1, 0.1], [], [])],
                MetaTraining = new MetaTrainingSummary(1, 1, 1, 1, 1, 1) { TaskNames = [Hostile] },
            },
            Activations = [new ActivationFrequencies(Hostile, [[1, 0]])],
            Preconditioner = [new PreconditionerPicture(Hostile, 1, 1, [1], Hostile)],
            Trajectories = [new QuadraticPicture(Hostile, new PlaneQuadratic(1, 0, 1, 0, 0), [new OptimizerPath(Hostile, [1], [1])], Hostile)],
            Tables = [new ReportTable(Hostile, [Hostile], [[Hostile]], Hostile)],
            PaperFigures = [new PaperFigure(Hostile, 1, 2, Hostile)],
            Definitions = [text],
            Machine = new MachineInfo(Hostile, 1, Hostile, Hostile, Hostile, 1),
            References = [new Reference(Hostile, Hostile, Hostile)],
        };
    }

    private static string Html(ReportModel model)
    {
        using var text = new StringWriter();
        ReportWriter.Write(model, text);
        return text.ToString();
    }

    private static string[] Headings(string html) => [.. XDocument.Parse(html).Descendants("h2").Select(h => h.Value)];

    private static string[] Names(string variables) => [.. variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split(':')[0].Trim())];

    private static XElement TableRow(string section, string optimizer) => XDocument.Parse(Html(SampleReports.RotatedDigits())).Descendants("section")
        .Single(s => string.Equals(s.Element("h2")!.Value, section, StringComparison.Ordinal)).Descendants("table").First()
        .Descendants("tr").Single(r => string.Equals(Name(r), optimizer, StringComparison.Ordinal));

    private static string Name(XElement row) => string.Concat(row.Elements("th").Take(1).Nodes().OfType<XText>().Select(t => t.Value));
}
