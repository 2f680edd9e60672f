using MetaMirror.Certificates;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tests.Readers;

namespace MetaMirror.Experiments.Tests.Certifications;

/// <summary>Learned by the bound, certified on tasks that were not learned on.</summary>
public sealed class HeldOutRegretTests
{
    /// <summary>What we ask of a learned metric, no theorem says it: L1 within so many times the measured regret.</summary>
    private const double Asked = 10;

    private const string Sensors = """
        {
          "name": "few-sensors",
          "family": { "kind": "sensors", "tasks": 8 },
          "model": { "kind": "linear" },
          "training": { "steps": 100, "batchSize": 32 },
          "target": { "quantity": "trainingLoss", "value": 0.1 },
          "heldOut": ["sensor-1", "sensor-4", "sensor-6"],
          "learn": { "optimizer": "metamd-diagonal", "outerSteps": 6 }
        }
        """;

    private const string Quadratics = """
        {
          "name": "few-quadratics",
          "family": { "kind": "rotated-quadratic", "rotated": true, "tasks": 12, "dimensions": 10 },
          "model": { "kind": "linear" },
          "training": { "steps": 100 },
          "target": { "quantity": "trainingLoss", "value": 0.1 },
          "heldOut": ["quadratic-0", "quadratic-3"],
          "learn": { "optimizer": "metamirror-full", "outerSteps": 10, "learningRate": 0.1, "tails": [0, 1, 2, 3, 5, 8, 12, 20] }
        }
        """;

    [Theory]
    [InlineData(Sensors)]
    [InlineData(Quadratics)]
    public void On_every_held_out_task_of_a_convex_family_L1_is_within_ten_times_the_regret(string json)
    {
        Plan plan = PlanJson.Read(json, "test");
        using var folder = new TemporaryFolder();
        var datasets = new DatasetCatalogue(new DataLocations());
        var settings = new LearningSettings(1, 2);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PlanLearningResult<double> learned = new PlanLearning<double>(plan, datasets, settings, TimeProvider.System).Run(Path.Combine(folder.Path, "x.safetensors"), null, false, [], cancellation);
        CertificationResult result = new PlanCertification<double>(plan, datasets, settings).Run(learned.Optimizer, 0, cancellation);
        Certificate[] regrets = [.. result.Certificates.Where(c => c.Level == CertificateLevel.L1)];
        Assert.Equal(plan.HeldOut.Order(StringComparer.Ordinal), regrets.Select(c => c.Task).Order(StringComparer.Ordinal));
        Assert.All(regrets, c => Assert.True(c.Ratio is >= 1 and <= Asked, $"{c.Task}: bound / measured is {c.Ratio}; {c.Verdict}"));
    }
}
