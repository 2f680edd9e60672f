using System.Text.Json;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Tests.Plans;

public sealed class PlanSchemaTests
{
    private static readonly string[] Keywords =
    [
        "$schema", "$defs", "$ref", "title", "description", "default", "type", "properties", "required", "additionalProperties", "propertyNames", "items", "minItems",
        "uniqueItems", "oneOf", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "pattern", "x-catalogue",
    ];

    [Fact]
    public void The_walk_knows_every_keyword_of_the_schema()
    {
        using JsonDocument schema = JsonDocument.Parse(PlanSchema.Text);

        Assert.Equal([], Unknown(schema.RootElement).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_of_the_schema_are_names_of_the_catalogue()
    {
        using JsonDocument schema = JsonDocument.Parse(PlanSchema.Text);
        JsonElement definitions = schema.RootElement.GetProperty("$defs");

        IEnumerable<string> learned = new[] { "metamd", "matrix", "unrolled", "aruba", "neural" }
            .SelectMany(kind => definitions.GetProperty(kind).GetProperty("properties").GetProperty("optimizer").GetProperty("enum").EnumerateArray().Select(n => n.GetString()!))
            .Concat(new[] { "basis", "tracked", "fds" }.Select(kind => definitions.GetProperty(kind).GetProperty("properties").GetProperty("optimizer").GetProperty("const").GetString()!));

        Assert.Equal(Catalogue.NamesOf("learned").Order(StringComparer.Ordinal), learned.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Defaults_of_the_schema_are_those_of_the_records()
    {
        const string minimal = """
            { "name": "m", "family": { "kind": "digit-pairs" }, "model": { "kind": "logistic" }, "training": { "steps": 9 },
              "target": { "quantity": "trainingLoss", "value": 1 }, "evaluation": {}, "tuning": {}, "learn": { "optimizer": "metamd-diagonal" } }
            """;
        Plan plan = PlanJson.Read(minimal, "m");
        using JsonDocument schema = JsonDocument.Parse(PlanSchema.Text);
        JsonElement root = schema.RootElement, definitions = root.GetProperty("$defs");
        using JsonDocument written = JsonDocument.Parse(PlanJson.ToText(plan with { Family = new FolderPlan("f") }));
        using JsonDocument pairs = JsonDocument.Parse(PlanJson.ToText(plan));
        using JsonDocument basis = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new BasisLearning("metamirror-basis"), Model = new MlpPlan([1]), Family = new SensorsPlan() }));
        using JsonDocument tracked = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new TrackedLearning("metamirror-tracked") }));
        using JsonDocument unrolled = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new UnrolledLearning("meta-sgd") }));
        using JsonDocument aruba = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new ArubaLearning("aruba") }));
        using JsonDocument fds = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new FdsLearning("fds") }));
        using JsonDocument neural = JsonDocument.Parse(PlanJson.ToText(plan with { Learn = new NeuralLearning("lstm-rule") }));
        using JsonDocument quadratics = JsonDocument.Parse(PlanJson.ToText(plan with { Family = new MetaQuadraticsPlan(), Model = null }));
        using JsonDocument control = JsonDocument.Parse(PlanJson.ToText(plan with { Family = new RotatedQuadraticPlan() }));

        int compared = Compare(root, written.RootElement)
            + Compare(root.GetProperty("properties").GetProperty("evaluation"), written.RootElement.GetProperty("evaluation"))
            + Compare(root.GetProperty("properties").GetProperty("tuning"), written.RootElement.GetProperty("tuning"))
            + Compare(definitions.GetProperty("folder"), written.RootElement.GetProperty("family"))
            + Compare(definitions.GetProperty("metamd"), written.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("digitPairs"), pairs.RootElement.GetProperty("family"))
            + Compare(definitions.GetProperty("basis"), basis.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("tracked"), tracked.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("unrolled"), unrolled.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("aruba"), aruba.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("fds"), fds.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("neural"), neural.RootElement.GetProperty("learn"))
            + Compare(definitions.GetProperty("sensors"), basis.RootElement.GetProperty("family"))
            + Compare(definitions.GetProperty("rotatedQuadratic"), control.RootElement.GetProperty("family"))
            + Compare(definitions.GetProperty("mlp"), basis.RootElement.GetProperty("model"))
            + Compare(definitions.GetProperty("metaQuadratics"), quadratics.RootElement.GetProperty("family"));
        Assert.InRange(compared, 60, 120);
    }

    [Fact]
    public void Baselines_default_to_all_of_the_catalogue()
    {
        Plan plan = new("p", new SensorsPlan(), new TrainingPlan(1), new TargetPlan(TargetQuantity.TrainingLoss, 1));

        Assert.Equal(["sgd", "sgd-momentum", "nesterov", "rmsprop", "adam", "nadam", "adamw", "adagrad"], plan.Baselines);
    }

    private static int Compare(JsonElement schema, JsonElement written)
    {
        int compared = 0;
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            if (!property.Value.TryGetProperty("default", out JsonElement stated))
                continue;
            Assert.True(JsonElement.DeepEquals(stated, written.GetProperty(property.Name)), $"{property.Name}: the schema says {stated}, the record {written.GetProperty(property.Name)}");
            compared++;
        }

        return compared;
    }

    private static IEnumerable<string> Unknown(JsonElement schema, bool names = false)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (JsonProperty member in schema.EnumerateObject())
        {
            if (!names && !Keywords.Contains(member.Name, StringComparer.Ordinal))
                yield return member.Name;
            bool holdsNames = !names && member.Name is "properties" or "$defs";
            IEnumerable<JsonElement> inner = member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray() : [member.Value];
            foreach (string unknown in inner.Where(_ => names || member.Name != "default").SelectMany(e => Unknown(e, holdsNames)))
                yield return unknown;
        }
    }
}
