using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>Tuning as a report: histories, the best settings, what failed.</summary>
public static class TuningReport
{
    /// <summary>With more studies than this their single trials are left out of the picture.</summary>
    private const int MostDotted = 3;

    /// <summary>Errors that are told word by word.</summary>
    private const int ListedErrors = 5;

    /// <summary>The report, to be completed with machine, references and provenance by the caller.</summary>
    /// <param name="outcome">What tuning found.</param>
    /// <param name="seed">Master seed.</param>
    public static ReportModel Of(TuningOutcome outcome, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        string quantity = Words(outcome);
        return new ReportModel
        {
            Title = $"MetaMirror: tuning on {outcome.Plan}",
            Verdict = Verdict(outcome),
            Sections =
            [
                new ReportSection("Tuning history")
                {
                    Figures = [new ReportFigure(History(outcome), $"Least {Drawing(outcome)} after each evaluation{(outcome.Studies.Count <= MostDotted ? "; dots: each evaluation (failed and diverged ones have none)" : "")}.")],
                    Tables = [Best(outcome)],
                    Paragraphs = Errors(outcome),
                },
            ],
            Definitions =
            [
                new(quantity, string.Create(CultureInfo.InvariantCulture,
                    $"After {outcome.Steps} steps, on {outcome.ValidationExamples} examples drawn from the training data of {outcome.Task}, which the {outcome.TrainingExamples} trained on do not contain; mean over {outcome.Seeds} runs. Test data were not read.")),
                new("weight decay", "Added to the gradient (gradient + decay times parameters); AdamW's is decoupled."),
                new("grid", "The learning rates and weight decays of appendix E of MetaMD v1, or the plan's own rates, in an order drawn by seed."),
                new("random", "Uniform in the logarithms of learning rate and weight decay."),
                new("bayesian", "Five points of a scrambled Sobol sequence, then the largest upper confidence bound (beta = 1) of a Gaussian process with an RBF kernel whose length scales maximize the marginal likelihood."),
                new("seconds", "Time of all runs, added up over threads."),
            ],
            Data = outcome.Data,
            Seed = seed,
        };
    }

    /// <summary>The quantity in words.</summary>
    public static string Words(TuningOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Quantity == "validationAccuracy" ? "validation accuracy" : "validation loss";
    }

    /// <summary>The value as text: accuracies in percent.</summary>
    public static string Text(TuningOutcome outcome, double value)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Quantity == "validationAccuracy" ? (100 * value).ToString("0.00", CultureInfo.InvariantCulture) + " %" : NumberText.Significant(value);
    }

    private static string Verdict(TuningOutcome outcome)
    {
        StudyResult[] found = [.. outcome.Studies.Where(s => s.Best is not null)];
        if (found.Length == 0)
            return "No setting gave a value.";
        StudyResult best = found.MinBy(s => s.Goal == StudyGoal.Minimize ? s.Best!.Value!.Value : -s.Best!.Value!.Value)!;
        string all = outcome.IsComplete ? "" : " Tuning was canceled; this is what had been tried.";
        return $"The best {Words(outcome)} is {Text(outcome, best.Best!.Value!.Value)}: {best.Name} at {Setting(best.Best.Point)}, found by {(best.Sampler == "bayesian" ? "Bayesian optimization" : best.Sampler + " search")}.{all}";
    }

    private static LineChart History(TuningOutcome outcome)
    {
        // Accuracies end close together below 1: errors on a logarithmic axis do not.
        bool hasClasses = outcome.Quantity == "validationAccuracy";
        bool hasZero = hasClasses && outcome.Studies.Any(s => s.Best?.Value >= 1);
        AxisKind kind = hasZero ? AxisKind.Linear : AxisKind.Logarithmic;
        double Drawn(double value) => hasClasses ? 1 - value : value;
        var series = new List<LineSeries>();
        var marks = new List<PointMark>();
        for (int i = 0; i < outcome.Studies.Count; i++)
        {
            StudyResult study = outcome.Studies[i];
            var style = new SeriesStyle(SeriesWeight.Part, i);
            string label = outcome.Studies.Select(s => s.Sampler).Distinct(StringComparer.Ordinal).Count() > 1 ? $"{study.Name}, {study.Sampler}" : study.Name;
            double[] x = [.. study.Trials.Select(t => t.Number + 1.0)];
            series.Add(StepLine.Of(label, style, x, [.. study.BestSoFar().Select(Drawn)], outcome.Studies.Max(s => s.Trials.Count)));
            if (outcome.Studies.Count <= MostDotted)
                marks.AddRange(study.Trials.Where(t => t.Value.HasValue).Select(t => new PointMark(t.Number + 1, Drawn(t.Value!.Value), style, $"{label}, {Setting(t.Point)}: {Text(outcome, t.Value.Value)}")));
        }

        return new LineChart
        {
            Title = $"Least {Drawing(outcome)} so far",
            Width = 1040,
            Height = 420,
            XTitle = "evaluation",
            YTitle = Drawing(outcome),
            YKind = kind,
            YAxis = Axis.Around(kind, series.SelectMany(s => s.Y).Concat(marks.Select(m => m.Y)), 0.04),
            Series = series,
            Marks = marks,
        };
    }

    private static string Drawing(TuningOutcome outcome) => outcome.Quantity == "validationAccuracy" ? "validation error" : "validation loss";

    private static ReportTable Best(TuningOutcome outcome) => new(
        "Best settings",
        ["optimizer", "sampler", Words(outcome), "setting", "evaluations", "failed", "diverged", "seconds"],
        [
            .. outcome.Studies.Select(s => (IReadOnlyList<string>)
            [
                s.Name, s.Sampler, s.Best is { } best ? Text(outcome, best.Value!.Value) : "–", s.Best is { } at ? Setting(at.Point) : "–", NumberText.Count(s.Trials.Count),
                NumberText.Count(s.Count(TrialStatus.Failed)), NumberText.Count(s.Count(TrialStatus.Diverged)), NumberText.Significant(s.Seconds),
            ]),
        ],
        $"{outcome.Task} of {outcome.Plan}.");

    /// <summary>A setting in words.</summary>
    public static string Setting(StudyPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return string.Join(", ", point.Space.Dimensions.Select((d, i) => d.Name switch
        {
            TuningOutcome.LearningRate => $"learning rate {point.Text(d.Name)}",
            TuningOutcome.WeightDecay => $"weight decay {point.Text(d.Name)}",
            _ => point.Text(d.Name),
        }));
    }

    private static string[] Errors(TuningOutcome outcome)
    {
        var failed = outcome.Studies.SelectMany(s => s.Trials.Where(t => t.Status == TrialStatus.Failed).Select(t => (Study: s, Trial: t))).ToArray();
        IEnumerable<string> told = failed.Take(ListedErrors).Select(f => $"{f.Study.Name}, {f.Study.Sampler}, evaluation {f.Trial.Number + 1} ({Setting(f.Trial.Point)}) failed: {f.Trial.Error}");
        return failed.Length > ListedErrors ? [.. told, $"So did {failed.Length - ListedErrors} more; the logs have them all."] : [.. told];
    }
}
