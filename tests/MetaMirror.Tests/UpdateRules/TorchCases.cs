using System.Text.Json;
using MetaMirror.Tests.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Optimizers as the fixtures name and parameterize them, which is PyTorch's way.</summary>
internal static class TorchCases
{
    public static JsonElement Fixture(string name) => JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("tests", "fixtures", name))).RootElement;

    /// <summary>
    /// The rule of a run, or null for an optimizer that this library does not have: AMSGrad, the relatives of Adam, and NAdam with the
    /// fault of PyTorch 1.13.1 (mu_t twice), which the fixtures keep beside the documented one.
    /// </summary>
    public static UpdateRule<double>? Rule(JsonElement run)
    {
        JsonElement options = run.GetProperty("options");
        if (run.TryGetProperty("definition", out JsonElement definition) && !definition.ValueEquals("documented"))
            return null;
        double Get(string key, double missing = 0) => options.TryGetProperty(key, out JsonElement v) ? v.GetDouble() : missing;
        bool Is(string key) => options.TryGetProperty(key, out JsonElement v) && v.GetBoolean();
        double Beta(int i) => options.TryGetProperty("betas", out JsonElement v) ? v[i].GetDouble() : 0;
        if (Is("amsgrad"))
            return null;
        return run.GetProperty("optimizer").GetString() switch
        {
            "SGD" => new Sgd<double>(new()
            {
                LearningRate = Get("lr"), Momentum = Get("momentum"), Dampening = Get("dampening"), Nesterov = Is("nesterov"), WeightDecay = Get("weight_decay"), Maximize = Is("maximize"),
            }),
            "Adam" => new Adam<double>(AdamOptions()),
            "AdamW" => new AdamW<double>(AdamOptions()),
            "NAdam" => new NAdam<double>(new()
            {
                LearningRate = Get("lr"), Beta1 = Beta(0), Beta2 = Beta(1), Epsilon = Get("eps"), WeightDecay = Get("weight_decay"), MomentumDecay = Get("momentum_decay"),
            }),
            "RMSprop" => new RmsProp<double>(new()
            {
                LearningRate = Get("lr"), Alpha = Get("alpha"), Epsilon = Get("eps"), Momentum = Get("momentum"), Centered = Is("centered"), WeightDecay = Get("weight_decay"), Maximize = Is("maximize"),
            }),
            "Adagrad" => new AdaGrad<double>(new()
            {
                LearningRate = Get("lr"), LearningRateDecay = Get("lr_decay"), Epsilon = Get("eps"), InitialAccumulator = Get("initial_accumulator_value"),
                WeightDecay = Get("weight_decay"), Maximize = Is("maximize"),
            }),
            _ => null,
        };

        AdamOptions AdamOptions() => new()
        {
            LearningRate = Get("lr"), Beta1 = Beta(0), Beta2 = Beta(1), Epsilon = Get("eps"), WeightDecay = Get("weight_decay"), Maximize = Is("maximize"),
        };
    }
}
