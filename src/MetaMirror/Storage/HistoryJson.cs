using System.Text.Json;
using MetaMirror.Descents;
using MetaMirror.MetaLearners;

namespace MetaMirror.Storage;

/// <summary>Reports of outer steps as JSON. Numbers come back bit for bit; what no run has a value for is null, infinities are texts.</summary>
internal static class HistoryJson
{
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<OuterStepReport> history)
    {
        json.WriteStartArray(name);
        foreach (OuterStepReport report in history)
        {
            json.WriteStartObject();
            json.WriteNumber("outerStep", report.OuterStep);
            json.WriteNumber("outerSteps", report.OuterSteps);
            WriteNumber(json, "value", report.Value);
            WriteNumber(json, "anisotropy", report.Anisotropy);
            WriteCost(json, report.Gradients, report.HessianVectorProducts);
            json.WriteStartArray("diverged");
            foreach (TaskOutcome outcome in report.Diverged)
            {
                json.WriteStartObject();
                json.WriteString("task", outcome.Task);
                WriteNumber(json, "value", outcome.Value);
                json.WriteNumber("steps", outcome.Inner.Steps);
                json.WriteBoolean("diverged", outcome.Inner.Diverged);
                json.WriteString("tensor", outcome.Inner.Tensor);
                WriteCost(json, outcome.Gradients, outcome.HessianVectorProducts);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <exception cref="StorageException">A field is missing, unknown or of another type, or the steps are not 0, 1, 2, ...</exception>
    public static List<OuterStepReport> Read(JsonFields fields, string name)
    {
        var history = new List<OuterStepReport>();
        foreach (JsonFields f in fields.Objects(name))
        {
            int step = f.Integer("outerStep");
            if (step != history.Count)
                throw new StorageException($"checkpoint, {name}: expected outer step {history.Count}, found {step}");
            history.Add(new OuterStepReport(
                step, f.Integer("outerSteps", 1), f.AnyNumber("value"), f.AnyNumber("anisotropy"), f.Count("gradients"), f.Count("hessianVectorProducts"),
                [.. f.Objects("diverged").Select(Outcome)]));
            f.Done();
        }

        return history;
    }

    private static TaskOutcome Outcome(JsonFields f)
    {
        var inner = new DescentResult(f.Integer("steps"), f.Flag("diverged"), f.TextOrNull("tensor"));
        var outcome = new TaskOutcome(f.Text("task"), f.AnyNumber("value"), inner, f.Count("gradients"), f.Count("hessianVectorProducts"));
        f.Done();
        return outcome;
    }

    private static void WriteCost(Utf8JsonWriter json, long gradients, long products)
    {
        json.WriteNumber("gradients", gradients);
        json.WriteNumber("hessianVectorProducts", products);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else if (double.IsNaN(value))
            json.WriteNull(name);
        else
            json.WriteString(name, value > 0 ? "Infinity" : "-Infinity");
    }
}
