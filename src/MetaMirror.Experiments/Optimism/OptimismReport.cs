using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Optimism;

/// <summary>The experiment's report: theirs beside ours, chapter by chapter, and what could not be known.</summary>
public static class OptimismReport
{
    /// <summary>The report.</summary>
    public static ReportModel Of(OptimismOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        OptimismResult result = outcome.Result;
        return new ReportModel
        {
            Title = "Optimistic meta-gradients: what a hint changes",
            Verdict = Verdict(result),
            Sections = [RateSection.Of(result), QuadraticSection.Of(result), GameSection.Of(result), .. outcome.Parts.Select(p => p.Section), Unknown],
            PaperFigures = [.. Paper(result), .. outcome.Parts.SelectMany(p => p.PaperFigures)],
            Data = [.. outcome.Parts.SelectMany(p => p.Data)],
            Definitions =
            [
                new("gap", "f of the weighted average of the iterates, less the least value of f."),
                new("hint", "a guess of the next meta-gradient, made before it is seen; here the Jacobian at the newest average times the gradient there; none for the first step."),
                new("regret", "sum over the steps of the loss less the least loss, the first point included; median over seeds."),
                new("best rate", "the learning rate of the least median regret on a log grid of [1e-3, 10]; a best rate at the edge extends the grid by up to two decades."),
            ],
            Seed = result.Seed,
        };
    }

    internal static string Number(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>The outcome in a sentence.</summary>
    public static string Verdict(OptimismResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string bounds = result.BoundsHold
            ? $"No gap was above its bound at any step (largest gap ÷ bound: {NumberText.Significant(result.WorstRatio)})."
            : "A premise of a bound failed, or a gap was above its bound: see the table of rates.";
        return $"The worst gap over all curvatures falls like T to the power {Number(result.SlopeWithoutHint)} without hints and {Number(result.SlopeWithHint)} with them; the theory says −1 and −2. {bounds}{(result.Network is { } network ? $" On the network, {network.Sentence}" : "")}";
    }

    private static IEnumerable<PaperFigure> Paper(OptimismResult result) =>
    [
        new("slope without hints", -1, result.SlopeWithoutHint, "paper: Theorem 1 is O(1/T); ours: worst case over f = h/2 (x - 1)^2, fitted over T = 400 .. 4000"),
        new("slope with hints", -2, result.SlopeWithHint, "paper: Theorem 2 is O(1/T^2); ours: as above"),
        new("optimism over none, Meta-Momentum: regret", null, Improvement(result, "Meta-Momentum"), "median ratio over dimensions and condition numbers, each at its best rate; the numbers of the paper's Figure 2 were not at hand"),
        new("optimism over none, Meta-AdaGrad: regret", null, Improvement(result, "Meta-AdaGrad"), "as above"),
        new("optimism over none, Meta-Momentum in practice: regret", null, Improvement(result, "Meta-Momentum in practice"), "as above, without averages"),
        new("optimism over none, Meta-AdaGrad in practice: regret", null, Improvement(result, "Meta-AdaGrad in practice"), "as above, without averages"),
    ];

    /// <summary>Median over cells of regret with optimism over regret without, each at its best rate.</summary>
    internal static double? Improvement(OptimismResult result, string family)
    {
        double[] ratios =
        [
            .. result.ConvexQuadratics.Where(q => string.Equals(q.Optimizer, family, StringComparison.Ordinal)).Select(q => Optimistic(q) / q.BestRegret).Where(double.IsFinite),
        ];
        return ratios.Length == 0 ? null : Tuning.Quantiles.Median(ratios);

        double Optimistic(QuadraticFigure plain) => result.ConvexQuadratics.FirstOrDefault(q =>
            q.Dimension == plain.Dimension && q.Condition == plain.Condition && string.Equals(q.Optimizer, family + ", optimistic", StringComparison.Ordinal))?.BestRegret ?? double.NaN;
    }

    /// <summary>PAPERS 3.1 and 3.6.</summary>
    private static ReportSection Unknown { get; } = new("What could not be known about the paper’s own protocol")
    {
        Paragraphs =
        [
            "Of Optimistic Meta-Gradients (Flennerhag et al., NeurIPS 2023) only the abstract, the start of the introduction and the caption of Figure 1 were at hand. Algorithms, rates and the two element-wise families are reconstructed; where a statement carries a number it is proved again with rigorous constants rather than quoted.",
        ],
        Facts =
        [
            new("the rates", "The paper's theorems are O(1/T) and O(1/T²), with the constants λ L diam(W) / T and 4 λ L diam(W) / (T² − 1) as remembered. Ours are λ L ‖w*‖² / (2 T) and, with constant β, 4 λ L ‖w*‖² / (T(T + 1)); the paper's second constant needs an increasing β that we could not prove."),
            new("the quadratics of Figure 2", "Dimension, how Q is drawn, initial points, number of steps and grid of learning rates are not known. Ours: Q = U diag(s) U' with U from a Gaussian, s log-uniform with both ends taken, largest eigenvalue 1, x* normal, start 0."),
            new("Meta-Momentum and Meta-AdaGrad", "The families w ∘ grad f(x) and grad f(x) / sqrt(w) are from memory of the caption of Figure 2; which algorithm (the convex one with averages or the practical one), the regularizer and the start of w are not known. Both algorithms are shown; Meta-Momentum starts at w = 0, Meta-AdaGrad at w = 1, kept above 1e-6. Meta-AdaGrad is not affine in w: no bound covers it."),
            new("AdaGrad as a special case", "The paper's derivation is not known; the library has two of its own."),
            new("ImageNet", "Batch size, schedules, meta learning rate and the target of the bootstrap are not known, and ImageNet is out of reach here."),
            new("games", "Not in the paper: they show the same hints at work where no step size helps gradient descent-ascent."),
        ],
    };
}
