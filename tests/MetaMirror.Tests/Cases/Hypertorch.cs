using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.InitialPoints;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>hypertorch's logistic regression with one L2 weight a coordinate (cases A1, A2): the stored data as a task.</summary>
internal static class Hypertorch
{
    public static JsonElement Fixture { get; } = TorchCases.Fixture("hypertorch-logistic.json");

    public static ObjectiveTask<double> Task()
    {
        Dataset<double> train = Data("train"), validation = Data("val");
        var weight = new RegularizerWeight(1, RegularizerKind.PerCoordinate) { Lower = Fixture.GetProperty("outer").GetProperty("minimum").GetDouble() };
        return new ObjectiveTask<double>(
            "hypertorch", () => new Regularized<double>(new LogisticRegression<double>(train, bias: false), weight), new double[train.Features])
        {
            Validation = () => new LogisticRegression<double>(validation, bias: false),
        };
    }

    public static TaskInitialPoint<double> Start { get; } = new();

    public static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    private static Dataset<double> Data(string split) => Dataset<double>.Classification(
        split, Numbers(Fixture.GetProperty($"x_{split}")), Fixture.GetProperty("columns").GetInt32(),
        Array.ConvertAll(Numbers(Fixture.GetProperty($"y_{split}")), y => (int)y), 2);
}
