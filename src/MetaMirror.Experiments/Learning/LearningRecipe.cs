using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Learning;

/// <summary>How a learned optimizer came to be: enough to learn it again, and nothing of machine, time or threads.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Seed">Master seed.</param>
/// <param name="Tasks">Tasks learned on.</param>
/// <param name="HeldOut">Task left out, or null.</param>
/// <param name="Element">float or double.</param>
/// <param name="LeastFirstGradient">Smallest 2-norm among the first gradients of the source tasks.</param>
/// <param name="LargestFirstGradient">Largest one.</param>
public sealed record LearningRecipe(
    JsonElement Plan, ulong Seed, IReadOnlyList<string> Tasks, string? HeldOut, string Element, double LeastFirstGradient, double LargestFirstGradient)
{
    /// <summary>The range of first gradients.</summary>
    [JsonIgnore]
    public FirstGradients FirstGradients => new(LeastFirstGradient, LargestFirstGradient);

    /// <summary>Batch size of the plan; null: the whole training set, or not stated.</summary>
    [JsonIgnore]
    public int? BatchSize => Plan.ValueKind == JsonValueKind.Object && Plan.TryGetProperty("training", out JsonElement training) && training.ValueKind == JsonValueKind.Object
        && training.TryGetProperty("batchSize", out JsonElement size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out int batch) ? batch : null;

    /// <summary>The recipe as JSON.</summary>
    public string ToText() => JsonSerializer.Serialize(this, RecipeJson.Default.LearningRecipe);

    /// <summary>Reads a recipe; null if the text is none (a file made elsewhere).</summary>
    public static LearningRecipe? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, RecipeJson.Default.LearningRecipe);
        }
        catch (JsonException)
        {
            // Recipes are free text in the format; only ours can be read back.
            return null;
        }
    }

    /// <summary>The plan as a JSON element; of a folder of tasks its name alone, so that the same files learn the same bytes anywhere.</summary>
    public static JsonElement PlanOf(Plan plan) => JsonDocument.Parse(PortableText(plan)).RootElement;

    /// <summary>The plan as JSON without the place of its folder.</summary>
    internal static string PortableText(Plan plan) => PlanJson.ToText(plan.Family is FolderPlan folder
        ? plan with { Family = folder with { Folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Folder)) } }
        : plan);
}

/// <summary>Source-generated JSON of recipes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LearningRecipe))]
internal sealed partial class RecipeJson : JsonSerializerContext;
