using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Plans;

/// <summary>An experiment as data: the tasks, the model, how it is trained, what must be reached, what is learned and compared. Immutable; read with <see cref="PlanJson"/>.</summary>
/// <param name="Name">Name, also of the output folder: lower-case letters, digits and hyphens.</param>
/// <param name="Family">The family of tasks.</param>
/// <param name="Training">How one task is trained.</param>
/// <param name="Target">What has to be reached.</param>
/// <param name="Model">The model; null for families that are objectives themselves (meta-quadratics).</param>
/// <param name="Description">What it shows, in a sentence. Default empty.</param>
/// <param name="Seeds">Runs of each setting: initial weights and mini-batches differ. Default 5.</param>
/// <param name="Evaluation">How often and on what the training loss is measured. Default: every step, all examples.</param>
/// <param name="Learn">What is learned; null: nothing, baselines only.</param>
/// <param name="Also">Further learned optimizers in the same comparison. Verdicts speak of <paramref name="Learn"/>. Default none.</param>
/// <param name="Controls">Negative controls, by name. Default none.</param>
/// <param name="Baselines">Classic optimizers to compare with, by name. Default: all of the catalogue.</param>
/// <param name="Tuning">How they are tuned. Default: the catalogue's grids, constant and linear schedules.</param>
/// <param name="HeldOut">Tasks that are held out together, by name: learning is done once, on all others. Default: each task is held out in turn.</param>
/// <param name="Schema">Address of the schema, for editors.</param>
public sealed record Plan(
    string Name,
    FamilyPlan Family,
    TrainingPlan Training,
    TargetPlan Target,
    ModelPlan? Model = null,
    string Description = "",
    int Seeds = 5,
    EvaluationPlan? Evaluation = null,
    LearningPlan? Learn = null,
    IReadOnlyList<LearningPlan>? Also = null,
    IReadOnlyList<string>? Controls = null,
    IReadOnlyList<string>? Baselines = null,
    TuningPlan? Tuning = null,
    IReadOnlyList<string>? HeldOut = null,
    [property: JsonPropertyName("$schema")] string? Schema = null)
{
    /// <summary>How often and on what the training loss is measured.</summary>
    public EvaluationPlan Evaluation { get; init; } = Evaluation ?? new EvaluationPlan();

    /// <summary>Further learned optimizers.</summary>
    public IReadOnlyList<LearningPlan> Also { get; init; } = Also ?? [];

    /// <summary>Everything that is learned, in order; empty: nothing.</summary>
    [JsonIgnore]
    public IEnumerable<LearningPlan> Learned => Learn is null ? [] : Also.Prepend(Learn);

    /// <summary>Negative controls, by name.</summary>
    public IReadOnlyList<string> Controls { get; init; } = Controls ?? [];

    /// <summary>Classic optimizers to compare with, by name.</summary>
    public IReadOnlyList<string> Baselines { get; init; } = Baselines ?? Catalogues.Catalogue.Baselines;

    /// <summary>Tasks that are held out together, by name; empty: each in turn.</summary>
    public IReadOnlyList<string> HeldOut { get; init; } = HeldOut ?? [];

    /// <summary>How they are tuned.</summary>
    public TuningPlan Tuning { get; init; } = Tuning ?? new TuningPlan();

    /// <summary>Whether learned optimizers of others in <see cref="Also"/> without a budget of their own take at least as many inner gradients as <see cref="Learn"/> took: more outer steps than stated, where that pays for more. Default false.</summary>
    public bool MatchInnerGradients { get; init; }

    /// <summary>How times per step are measured; null: as <see cref="TimingPlan"/> has it.</summary>
    public TimingPlan? Timing { get; init; }

    /// <summary>Whether runs are in double: for convex models and meta-quadratics, where certificates are to hold; networks run in float.</summary>
    [JsonIgnore]
    public bool IsDoublePrecision => Model is not (MlpPlan or LeNet5Plan or ResNet18Plan);
}
