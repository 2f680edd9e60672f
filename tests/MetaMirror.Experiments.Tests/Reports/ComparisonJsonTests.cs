using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Tests.Plots;

namespace MetaMirror.Experiments.Tests.Reports;

public sealed class ComparisonJsonTests
{
    private static readonly ComparisonResult Small = new()
    {
        Experiment = "rotated-digits",
        Target = new TargetDefinition("trainingLoss", 0.1, "mean over the training set"),
        Comparison =
        [
            new ComparisonRow
            {
                Optimizer = "metamirror-basis",
                Role = OptimizerRole.Learned,
                Target = 0.1,
                HeldOutTask = "rotation-0",
                Seeds = 5,
                Steps = 400,
                StepsToTarget = new StepsToTarget(42, 40, 45, 5),
                MeanTrainingLoss = 0.125,
                FinalTrainingLoss = 0.5,
                TestAccuracy = new MeanAndError(0.96, 0.002),
                MillisecondsPerStep = 0.25,
                Tuning = new TuningSummary("none", 0),
            },
            new ComparisonRow
            {
                Optimizer = "sgd",
                Role = OptimizerRole.Baseline,
                HeldOutTask = "rotation-0",
                Diverged = 5,
                StepsToTarget = new StepsToTarget(double.NaN, null, double.PositiveInfinity, 0),
                MeanTrainingLoss = double.NaN,
                FinalTrainingLoss = double.PositiveInfinity,
                TestAccuracy = new MeanAndError(double.NaN, double.NaN),
                Tuning = new TuningSummary("grid", 15) { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["stepsToTarget"] = "lr 0.1" } },
            },
        ],
        MetaTraining = new MetaTrainingSummary(5, 400, 10, 20_000, 7, 1.5),
        Curves = [new RunCurve("sgd", "rotation-0", [0, 1], [2.5, double.NaN], [2, 1], [3, double.NegativeInfinity])],
    };

    [Fact]
    public void Has_the_keys_of_the_contract()
    {
        var json = JsonNode.Parse(ComparisonJson.ToText(Small))!;
        Assert.Equal("rotated-digits", json["experiment"]!.GetValue<string>());
        AssertKeys(json["target"]!, "quantity", "value", "definition");
        Assert.Equal(0.1, json["target"]!["value"]!.GetValue<double>());
        var row = json["comparison"]![0]!;
        AssertKeys(row, "optimizer", "learned", "role", "target", "heldOutTask", "seeds", "steps", "diverged", "stepsToTarget", "meanTrainingLoss", "finalTrainingLoss", "testAccuracy", "millisecondsPerStep", "tuning");
        AssertKeys(row["stepsToTarget"]!, "median", "lower", "upper", "reached");
        AssertKeys(row["testAccuracy"]!, "mean", "standardError");
        AssertKeys(row["tuning"]!, "method", "evaluations");
        AssertKeys(json["metaTraining"]!, "tasks", "innerSteps", "outerSteps", "gradients", "hessianVectorProducts", "seconds");
        Assert.Equal(42, row["stepsToTarget"]!["median"]!.GetValue<double>());
        Assert.Equal("lr 0.1", json["comparison"]![1]!["tuning"]!["settings"]!["stepsToTarget"]!.GetValue<string>());
    }

    [Fact]
    public void What_is_not_finite_is_null()
    {
        var json = JsonNode.Parse(ComparisonJson.ToText(Small))!;
        var row = json["comparison"]![1]!.AsObject();
        foreach (var key in (string[])["meanTrainingLoss", "finalTrainingLoss", "millisecondsPerStep", "target"])
        {
            Assert.True(row.ContainsKey(key));
            Assert.Null(row[key]);
        }

        Assert.Null(row["stepsToTarget"]!["median"]);
        Assert.Null(row["stepsToTarget"]!["upper"]);
        Assert.Null(row["testAccuracy"]!["mean"]);
        Assert.Null(json["curves"]![0]!["median"]![1]);
        Assert.Null(json["curves"]![0]!["upper"]![1]);
        Assert.Equal(2.5, json["curves"]![0]!["median"]![0]!.GetValue<double>());
    }

    [Theory]
    [InlineData(OptimizerRole.Learned, "learned", true)]
    [InlineData(OptimizerRole.Baseline, "baseline", false)]
    [InlineData(OptimizerRole.Rival, "rival", false)]
    [InlineData(OptimizerRole.Control, "control", false)]
    public void Learned_is_true_for_that_role_only(OptimizerRole role, string name, bool learned)
    {
        var result = Small with { Comparison = [Small.Comparison[0] with { Role = role }] };
        var row = JsonNode.Parse(ComparisonJson.ToText(result))!["comparison"]![0]!;
        Assert.Equal(name, row["role"]!.GetValue<string>());
        Assert.Equal(learned, row["learned"]!.GetValue<bool>());
    }

    [Fact]
    public void Best_classic_final_is_a_name()
    {
        var result = Small with { Target = Small.Target with { Value = TargetValue.BestClassicFinal } };
        var text = ComparisonJson.ToText(result);
        Assert.Equal("bestClassicFinal", JsonNode.Parse(text)!["target"]!["value"]!.GetValue<string>());
        Assert.Equal(TargetValue.BestClassicFinal, ComparisonJson.Read(text).Target.Value);
    }

    [Fact]
    public void Comes_back_as_it_was()
    {
        var text = ComparisonJson.ToText(Small);
        var back = ComparisonJson.Read(text);
        Assert.Equal(text, ComparisonJson.ToText(back));
        Assert.Null(back.Comparison[1].MeanTrainingLoss);
        Assert.Equal(double.NaN, back.Curves[0].Median[1]);
        Assert.Equal(Small.MetaTraining! with { TaskNames = [] }, back.MetaTraining! with { TaskNames = Small.MetaTraining.TaskNames });
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"experiment\":\"x\"}")]
    [InlineData("{\"experiment\":\"x\",\"target\":{\"quantity\":\"q\",\"value\":\"best\",\"definition\":\"\"},\"comparison\":[]}")]
    [InlineData("{\"experiment\":\"x\",\"target\":{\"quantity\":\"q\",\"value\":true,\"definition\":\"\"},\"comparison\":[]}")]
    public void Other_documents_are_refused(string json) => Assert.Throws<JsonException>(() => ComparisonJson.Read(json));

    [Fact]
    public void More_keys_are_ignored()
    {
        var json = JsonNode.Parse(ComparisonJson.ToText(Small))!.AsObject();
        json["later"] = 1;
        Assert.Equal(ComparisonJson.ToText(Small), ComparisonJson.ToText(ComparisonJson.Read(json.ToJsonString())));
    }

    [Fact]
    public void A_target_that_is_not_finite_is_refused() =>
        Assert.Throws<JsonException>(() => ComparisonJson.ToText(Small with { Target = Small.Target with { Value = double.NaN } }));

    [Fact]
    public void Stream_text_and_every_culture_agree()
    {
        using var stream = new MemoryStream();
        ComparisonJson.Write(Small, stream);
        using var writer = new StringWriter();
        ComparisonJson.Write(Small, writer);
        Assert.Equal(ComparisonJson.ToText(Small), Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(ComparisonJson.ToText(Small) + "\n", writer.ToString());
        Assert.Equal(ComparisonJson.ToText(Small), CommaCulture.Run(() => ComparisonJson.ToText(Small)));
    }

    private static void AssertKeys(JsonNode node, params string[] keys)
    {
        foreach (var key in keys) Assert.True(node.AsObject().ContainsKey(key), $"key '{key}' is missing in {node.ToJsonString()}");
    }
}
