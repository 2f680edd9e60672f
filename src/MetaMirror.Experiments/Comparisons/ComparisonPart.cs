using System.Numerics;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>What is to be told of one learned rule or control.</summary>
/// <param name="Optimizer">Its name.</param>
/// <param name="Role">Learned, or control.</param>
/// <param name="Cost">What learning it cost.</param>
/// <param name="Diverged">Meta-training runs that diverged, in words.</param>
/// <param name="Notes">What a person should know of how it was learned.</param>
public sealed record LearnedPart(string Optimizer, OptimizerRole Role, MetaTrainingSummary Cost, IReadOnlyList<string> Diverged, IReadOnlyList<string> Notes);

/// <summary>One held-out task that is done (or the group that is held out together): all that document and report need of it, so that it need not be done again.</summary>
public sealed record ComparisonPart
{
    /// <summary>The tasks that were held out.</summary>
    public required IReadOnlyList<string> HeldOut { get; init; }

    /// <summary>Rows, curves, costs.</summary>
    public required ComparisonResult Result { get; init; }

    /// <summary>What was learned, in the order of the rows; empty where nothing was.</summary>
    public IReadOnlyList<LearnedPart> Learned { get; init; } = [];

    /// <summary>How the first of them was learned, in words.</summary>
    public string How { get; init; } = "";

    /// <summary>Facts about the first of them.</summary>
    public IReadOnlyList<NamedText> Facts { get; init; } = [];

    /// <summary>Certificates of the rows that have one.</summary>
    public IReadOnlyList<StoredCertificate> Certificates { get; init; } = [];

    /// <summary>Activation frequencies of learned maxima.</summary>
    public IReadOnlyList<ActivationFrequencies> Activations { get; init; } = [];

    /// <summary>The learned metrics as images.</summary>
    public IReadOnlyList<PreconditionerPicture> Preconditioner { get; init; } = [];

    /// <summary>A finished comparison as a part.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="plan">The plan.</param>
    /// <param name="result">What was found.</param>
    public static ComparisonPart Of<T>(Plan plan, PlanComparisonResult<T> result)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(result);
        LearnedRule<T>[] rules = [.. result.Learned.SelectMany(l => l)];
        return new ComparisonPart
        {
            HeldOut = [.. result.Result.Comparison.Select(r => r.HeldOutTask).Distinct(StringComparer.Ordinal)],
            Result = result.Result,
            Learned = [.. rules.Select(r => new LearnedPart(r.Name, r.Role, r.Cost, [.. r.History.SelectMany(h => h.Diverged).Select(run => $"on '{run.Task}' {run.Inner}")], r.Notes))],
            How = rules.Length > 0 ? LearningStory.How(plan, rules[0]) : "",
            Facts = rules.Length > 0 ? LearningStory.Facts(rules[0]) : [],
            Certificates = [.. result.Result.Comparison.Select((row, i) => row.Certificate?.Certificate is { } certificate ? StoredCertificate.Of(i, certificate) : null).OfType<StoredCertificate>()],
            Activations = result.Activations,
            Preconditioner = rules.Length > 0 ? LearningStory.Pictures(plan, rules[0], result.Image) : [],
        };
    }

    /// <summary>The part with the certificates that its rows had before it was written.</summary>
    public ComparisonPart WithCertificates()
    {
        ComparisonRow[] rows = [.. Result.Comparison];
        foreach (StoredCertificate stored in Certificates)
            rows[stored.Row] = rows[stored.Row] with { Certificate = rows[stored.Row].Certificate! with { Certificate = stored.ToCertificate() } };
        return this with { Result = Result with { Comparison = rows } };
    }

    /// <summary>All parts as one comparison.</summary>
    /// <param name="parts">At least one, in the order of the tasks.</param>
    public static ComparisonResult Merge(IReadOnlyList<ComparisonPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 1)
            return parts[0].Result;
        ComparisonResult merged = parts[0].Result with
        {
            Comparison = [.. parts.SelectMany(p => p.Result.Comparison)],
            Curves = [.. parts.SelectMany(p => p.Result.Curves)],
            AccuracyCurves = [.. parts.SelectMany(p => p.Result.AccuracyCurves)],
            Data = Readers.DataUse.Merge([.. parts.Select(p => p.Result.Data)]),
            MetaTraining = MetaTrainingCosts.Mean([.. parts.Select(p => p.Result.MetaTraining).OfType<MetaTrainingSummary>()]),
        };
        return MetaTrainingCosts.WithLearningCosts(merged, parts.SelectMany(p => p.Learned).Where(l => l.Role != OptimizerRole.Control).Select(l => (l.Optimizer, l.Cost)));
    }
}
