namespace MetaMirror.Cli.Tests.Running;

/// <summary>A plan that is learned in a second: a small network on a few digits.</summary>
internal static class FewDigits
{
    /// <summary>A folder with plan.json, which learns what is stated.</summary>
    public static TemporaryFolder Plan(string learn, string angles = "0, 45")
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["plan.json"], $$"""
            {
              "name": "few-digits",
              "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [{{angles}}], "trainExamples": 60, "testExamples": 20 },
              "model": { "kind": "mlp", "hidden": [4] },
              "training": { "steps": 10, "batchSize": 8 },
              "target": { "quantity": "trainingLoss", "value": 2 },
              "seeds": 1,
              "learn": {{learn}},
              "baselines": ["adam"]
            }
            """);
        return folder;
    }
}
