using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The chapter on convex quadratics: loss per iteration above, regret against learning rate below, as in the paper's Figure 2.</summary>
internal static class QuadraticSection
{
    private const double Least = 1e-16;

    public static ReportSection Of(OptimismResult result)
    {
        (int Dimension, double Condition)[] cells = [.. result.ConvexQuadratics.Select(q => (q.Dimension, q.Condition)).Distinct()];
        string[] optimizers = [.. result.ConvexQuadratics.Select(q => q.Optimizer).Distinct(StringComparer.Ordinal)];
        return new ReportSection("Convex quadratics")
        {
            Paragraphs =
            [
                "Gradient descent, momentum and AdaGrad beside meta-learned element-wise rates without and with optimism (the paper's Figure 2). Left: loss per iteration, each optimizer at its best learning rate, median over seeds. Right: regret at the end against the learning rate; a line that stops has diverged beyond it.",
                "The meta-learned families come twice: in the convex setting, where theory speaks of the weighted average of all points (Algorithms 2 and 4), and as practised, without averages (Algorithms 1 and 3). Averages pay for their guarantee: their early points stay in them. "
                + "Meta-AdaGrad starts at w = 1, which here is the step 1/L of gradient descent; Meta-Momentum starts at w = 0, without any step.",
                Effect(result),
            ],
            InPairs = true,
            Figures = [.. result.ConvexQuadratics.GroupBy(q => (q.Dimension, q.Condition)).SelectMany(g => Charts(g.Key.Dimension, g.Key.Condition, [.. g]))],
            Tables = [.. cells.GroupBy(c => c.Dimension, c => c.Condition).Select(g => Table(result, g.Key, [.. g], optimizers))],
        };
    }

    /// <summary>What optimism changes, each at its best rate, in a sentence.</summary>
    private static string Effect(OptimismResult result)
    {
        string[] parts = [.. ((string[])["Meta-Momentum", "Meta-AdaGrad", "Meta-Momentum in practice", "Meta-AdaGrad in practice"]).Select(f => $"{f} {Ratio(result, f)}")];
        return $"Regret with optimism ÷ without, each at its best rate, median over all dimensions and condition numbers: {string.Join(", ", parts)}. "
            + "Below 1, optimism helps.";
    }

    private static string Ratio(OptimismResult result, string family) => OptimismReport.Improvement(result, family) is { } ratio ? NumberText.Ratio(ratio) : "–";

    private static ReportTable Table(OptimismResult result, int dimension, double[] conditions, string[] optimizers) => new(
        $"Regret at the best learning rate, {NumberText.Count(dimension)} dimensions",
        ["optimizer", .. conditions.Select(c => $"condition number {NumberText.Count(c)}")],
        [
            .. optimizers.Select(o => (IReadOnlyList<string>)
                [o, .. conditions.Select(c => Cell(result.ConvexQuadratics.First(q => q.Optimizer == o && q.Dimension == dimension && q.Condition == c)))]),
        ],
        "Median over seeds, with the learning rate (with *: the best rate lies at the edge of the extended grid).");

    private static string Cell(QuadraticFigure q) => double.IsFinite(q.BestRegret) ? $"{NumberText.Significant(q.BestRegret)} ({NumberText.Significant(q.BestRate, 2)}{(q.AtEdge ? "*" : "")})" : "–";

    private static IEnumerable<ReportFigure> Charts(int dimension, double condition, QuadraticFigure[] figures)
    {
        string where = $"{dimension} dimensions, condition number {NumberText.Count(condition)}";
        foreach ((string kind, Func<string, bool> drawn) in new (string, Func<string, bool>)[]
                 {
                     ("convex setting", name => !name.Contains("practice", StringComparison.Ordinal)),
                     ("as practised", name => !name.StartsWith("Meta", StringComparison.Ordinal) || name.Contains("practice", StringComparison.Ordinal)),
                 })
        {
            QuadraticFigure[] here = [.. figures.Where(f => drawn(f.Optimizer))];
            yield return new ReportFigure(
                Chart($"{where}: loss, {kind}", "iteration", "f − f*", AxisKind.Linear, here.Select(f => Line(f, [.. Enumerable.Range(0, f.Loss.Length)], [.. f.Loss.Select(l => l > Least ? l : double.NaN)]))), "");
            double highest = here.Max(f => f.Loss[0] * f.Loss.Length) * 2;
            yield return new ReportFigure(
                Chart($"{where}: regret, {kind}", "learning rate", "regret", AxisKind.Logarithmic, here.Select(f => Line(f, f.Rates, [.. f.Regret.Select(r => r <= highest ? r : double.NaN)]))), "");
        }
    }

    private static LineChart Chart(string title, string x, string y, AxisKind kind, IEnumerable<LineSeries> series) => new()
    {
        Title = title, Width = 504, Height = 340, XTitle = x, YTitle = y, XKind = kind, YKind = AxisKind.Logarithmic, Series = [.. series],
    };

    private static LineSeries Line(QuadraticFigure f, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        string name = f.Optimizer.Replace(" in practice", "", StringComparison.Ordinal).Replace(", optimistic", " opt.", StringComparison.Ordinal);
        return new LineSeries(name, Style(f.Optimizer), x, y);
    }

    private static SeriesStyle Style(string optimizer)
    {
        bool optimistic = optimizer.EndsWith("optimistic", StringComparison.Ordinal), adaGrad = optimizer.StartsWith("Meta-AdaGrad", StringComparison.Ordinal);
        return optimizer switch
        {
            "gradient descent" => new(SeriesWeight.Baseline, 0),
            "momentum 0.9" => new(SeriesWeight.Baseline, 1),
            "AdaGrad" => new(SeriesWeight.Baseline, 2),
            _ => new(optimistic ? SeriesWeight.Learned : SeriesWeight.Rival, adaGrad ? 1 : 0),
        };
    }
}
