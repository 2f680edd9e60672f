using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Quadratics;

/// <summary>Iterations that MetaMD v1 prints for two quadratics (Figure 1), beside ours: the paper does not give its matrices, so ratios are what can be compared.</summary>
internal static class PaperIterations
{
    private static readonly (string Regime, string Which, double Learned, (string Optimizer, double Iterations)[] Others)[] Printed =
    [
        ("stretched", "the first quadratic of Figure 1", 23, [("adam", 45), ("sgd-momentum", 104), ("sgd", 928)]),
        ("steep", "the second quadratic of Figure 1", 280, [("adam", 324), ("sgd-momentum", 1838), ("sgd", 27328)]),
    ];

    /// <summary>Ratios and iterations of the regimes that were run.</summary>
    public static IReadOnlyList<PaperFigure> Beside(IReadOnlyList<ComparisonRow> rows)
    {
        var figures = new List<PaperFigure>();
        foreach (string regime in rows.Select(r => r.HeldOutTask).Distinct(StringComparer.Ordinal))
        {
            ComparisonRow[] here = [.. rows.Where(r => r.HeldOutTask == regime)];
            double? learned = here.FirstOrDefault(r => r.Learned)?.StepsToTarget.Median;
            var printed = Array.Find(Printed, p => p.Regime == regime);
            string note = printed.Regime is null
                ? "the paper has no such regime"
                : $"paper: {printed.Which}, whose Q is not given; ours: median over {here[0].Seeds} held-out tasks";
            figures.Add(new PaperFigure($"{regime}: iterations, learned", printed.Regime is null ? null : printed.Learned, learned, note));
            foreach (string other in (string[])["adam", "sgd-momentum", "sgd"])
            {
                double? paper = printed.Regime is null ? null : Array.Find(printed.Others, o => o.Optimizer == other).Iterations;
                double? ours = Array.Find(here, r => r.Optimizer == other)?.StepsToTarget.Median;
                figures.Add(new PaperFigure($"{regime}: iterations, {other}", paper, ours, note));
                figures.Add(new PaperFigure($"{regime}: learned over {other}", paper is null ? null : Math.Round(printed.Learned / paper.Value, 3), learned / ours, note));
            }
        }

        return figures;
    }
}
