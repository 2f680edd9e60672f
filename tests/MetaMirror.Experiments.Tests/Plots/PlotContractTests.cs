using System.Text.RegularExpressions;
using System.Xml.Linq;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

/// <summary>What every plot must do with every kind of data. A new plot joins by its lines in <see cref="All"/>.</summary>
public sealed class PlotContractTests
{
    private const string Hostile = "</svg><script>alert('x')</script> & \"a\" \u0001";

    private static readonly SeriesStyle Learned = new(SeriesWeight.Learned, 0);

    private static readonly SeriesStyle Baseline = new(SeriesWeight.Baseline, 7);

    private static readonly Dictionary<string, Plot> All = new(StringComparer.Ordinal)
    {
        ["line"] = new LineChart
        {
            Title = Hostile,
            Description = Hostile,
            XTitle = Hostile,
            YTitle = Hostile,
            YKind = AxisKind.Logarithmic,
            Series =
            [
                new LineSeries(Hostile, Learned, [0, 1, 2, 3], [2, 1, 0.5, 0.25]) { Lower = [1, 0.5, 0, -1], Upper = [3, 2, 1, double.NaN] },
                new LineSeries("diverges", Baseline, [0, 1, 2, 3], [2, 1e300, double.PositiveInfinity, double.NaN]),
            ],
            ReferenceLines = [new ReferenceLine(1, Hostile), new ReferenceLine(-1, "below"), new ReferenceLine(double.NaN, "none")],
            Marks = [new PointMark(1, 1, Learned, Hostile), new PointMark(double.NaN, 1, Learned, "none")],
        },
        ["scatter"] = new LineChart { Title = "t", Series = [new LineSeries("a", Learned, [0, 1, 2], [1, double.NaN, 3]) { Dots = true }] },
        ["line empty"] = new LineChart { Title = "t", Series = [] },
        ["line not drawable"] = new LineChart { Title = "t", YKind = AxisKind.Logarithmic, XKind = AxisKind.Logarithmic, Series = [new LineSeries("a", Learned, [0, -1], [0, double.NaN])] },
        ["line one point"] = new LineChart { Title = "t", Series = [new LineSeries("a", Learned, [5], [5])] },
        ["line constant"] = new LineChart { Title = "t", YKind = AxisKind.Logarithmic, Series = [new LineSeries("a", Learned, [0, 1], [3, 3])] },
        ["line many"] = new LineChart { Title = "t", Series = [.. Enumerable.Range(0, 60).Select(i => new LineSeries("series " + i, new SeriesStyle(SeriesWeight.Baseline, i), [0, 1], [i, i]))] },
        ["area"] = new StackedAreaChart { Title = Hostile, XTitle = Hostile, YTitle = Hostile, Labels = [Hostile, "b"], Values = [[1, 0], [0.5, 0.5], [double.NaN, -1]] },
        ["area empty"] = new StackedAreaChart { Title = "t", Labels = [], Values = [] },
        ["area zero"] = new StackedAreaChart { Title = "t", Labels = ["a"], Values = [[0], [0]] },
        ["area one step"] = new StackedAreaChart { Title = "t", Labels = ["a", "b"], Values = [[0.3, 0.7]] },
        ["interval"] = new IntervalChart
        {
            Title = Hostile,
            XTitle = Hostile,
            Rows = [new IntervalRow(Hostile, Learned, 42, 40, 45, Hostile), new IntervalRow("missed", Baseline, double.NaN, double.NaN, double.NaN, "not reached"), new IntervalRow("slow", Baseline, 90_000, 80_000, double.PositiveInfinity, "90,000")],
        },
        ["interval empty"] = new IntervalChart { Title = "t", Rows = [] },
        ["interval zero"] = new IntervalChart { Title = "t", Rows = [new IntervalRow("a", Learned, 0, 0, 0, "0")] },
        ["heat map"] = new Heatmap { Title = Hostile, Unit = Hostile, Panels = [new HeatmapPanel(Hostile, 2, 2, [-1, 2, double.NaN, double.PositiveInfinity]), new HeatmapPanel("", 1, 3, [0, 0, 0])] },
        ["heat map empty"] = new Heatmap { Title = "t", Panels = [] },
        ["heat map no cells"] = new Heatmap { Title = "t", Panels = [new HeatmapPanel("p", 0, 0, [])] },
        ["heat map constant"] = new Heatmap { Title = "t", Panels = [new HeatmapPanel("p", 1, 1, [7])] },
        ["paths"] = new TrajectoryPlot
        {
            Title = Hostile,
            Quadratic = new PlaneQuadratic(1, 0, 4, 1, 1),
            Paths = [new PlanePath(Hostile, Learned, [3, 1, 0.5], [3, 1, 0.1]), new PlanePath("flies off", Baseline, [3, -1e6, double.NaN], [3, 1e200, double.NaN])],
        },
        ["paths empty"] = new TrajectoryPlot { Title = "t", Paths = [] },
        ["paths of a saddle"] = new TrajectoryPlot { Title = "t", Quadratic = new PlaneQuadratic(1, 0, -1, 0, 0), Paths = [new PlanePath("a", Learned, [1], [1])] },
        ["paths without points"] = new TrajectoryPlot { Title = "t", Paths = [new PlanePath("a", Learned, [], [])] },
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_well_formed_and_named_for_those_who_cannot_see_it(string name)
    {
        var svg = XDocument.Parse(All[name].ToSvg()).Root!;
        Assert.Equal("svg", svg.Name);
        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.StartsWith(svg.Element("title")!.Value, svg.Attribute("aria-label")!.Value, StringComparison.Ordinal);
        Assert.NotEqual("", svg.Element("title")!.Value);
        Assert.DoesNotContain(svg.DescendantsAndSelf(), e => e.Name.LocalName is "script" or "image" or "use" or "foreignObject" or "a");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Draws_numbers_only(string name)
    {
        foreach (var attribute in XDocument.Parse(All[name].ToSvg()).Descendants().Attributes().Where(a => a.Name.LocalName is "d" or "x" or "y" or "cx" or "cy" or "r" or "width" or "height" or "viewBox"))
        {
            Assert.Matches(new Regex("^[-0-9. MLHVhvmZz%]*$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)), attribute.Value);
            if (attribute.Name.LocalName is "width" or "height") Assert.DoesNotContain("-", attribute.Value, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Has_colors_by_class_only(string name)
    {
        var elements = XDocument.Parse(All[name].ToSvg()).Root!.DescendantsAndSelf();
        Assert.DoesNotContain(elements.Attributes(), a => a.Name.LocalName is "fill" or "stroke" or "style" or "id");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_the_same_in_every_culture(string name) => Assert.Equal(All[name].ToSvg(), CommaCulture.Run(All[name].ToSvg));

    [Theory]
    [MemberData(nameof(Names))]
    public void Stands_alone_with_both_themes(string name)
    {
        var svg = XDocument.Parse(All[name].ToStandaloneSvg()).Root!;
        Assert.Equal("http://www.w3.org/2000/svg", svg.Name.NamespaceName);
        var css = svg.Descendants().Single(e => string.Equals(e.Name.LocalName, "style", StringComparison.Ordinal)).Value;
        Assert.Contains("prefers-color-scheme:dark", css, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_that_differ_are_refused_by_name()
    {
        var chart = new LineChart { Title = "t", Series = [new LineSeries("adam", Learned, [0, 1], [1])] };
        Assert.Equal("Line 'adam': expected 2 values like X, found Y 1, Lower 0, Upper 0.", Assert.Throws<InvalidOperationException>(() => chart.ToSvg()).Message);
        Assert.Throws<InvalidOperationException>(() => new StackedAreaChart { Title = "t", Labels = ["a"], Values = [[1, 2]] }.ToSvg());
        Assert.Throws<InvalidOperationException>(() => new TrajectoryPlot { Title = "t", Paths = [new PlanePath("a", Learned, [1], [])] }.ToSvg());
    }

    [Fact]
    public void The_learned_line_is_drawn_last_and_boldest()
    {
        var chart = new LineChart { Title = "t", Series = [new LineSeries("learned", Learned, [0, 1], [1, 2]), new LineSeries("adam", Baseline, [0, 1], [2, 1])] };
        var lines = XDocument.Parse(chart.ToSvg()).Descendants("path").Where(p => p.Attribute("class")!.Value.StartsWith("line ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["adam", "learned"], lines.Select(l => l.Element("title")!.Value));
        Assert.Contains("wl", lines[1].Attribute("class")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_class_of_a_style_has_a_rule()
    {
        foreach (var weight in Enum.GetValues<SeriesWeight>())
        {
            for (var i = 0; i < SeriesStyle.Colors(weight); i++)
            {
                var classes = new SeriesStyle(weight, i).Classes.Split(' ');
                Assert.Contains($".{classes[0]}{{--w:", PlotStylesheet.Css, StringComparison.Ordinal);
                Assert.Contains($".{classes[1]}{{--c:var(--{classes[1]})}}", PlotStylesheet.Css, StringComparison.Ordinal);
                Assert.Equal(2, Regex.Count(PlotStylesheet.Css, $"--{classes[1]}:#[0-9a-f]{{6}};", RegexOptions.None, TimeSpan.FromSeconds(1)));
            }
        }
    }
}
