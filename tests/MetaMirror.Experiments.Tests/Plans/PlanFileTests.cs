using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Tests.Readers;

namespace MetaMirror.Experiments.Tests.Plans;

public sealed class PlanFileTests
{
    private const string Own = """
        { "name": "own", "family": { "kind": "folder", "folder": "tasks", "target": "regression", "targetColumn": "y", "split": "last" },
          "model": { "kind": "linear" }, "training": { "steps": 9, "batchSize": 4 }, "target": { "quantity": "trainingLoss", "value": 1 } }
        """;

    [Fact]
    public void A_folder_of_tasks_is_found_from_the_plans_own_folder()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("plans/own.json", Own);

        var family = Assert.IsType<FolderPlan>(PlanFile.Read(file).Family);

        Assert.Equal(Path.Combine(folder.Path, "plans", "tasks"), family.Folder);
        Assert.Equal("y", family.TargetColumn);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => PlanFile.Read("no/such.json"));

        Assert.StartsWith("expected a plan's file, found none at 'no/such.json'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_giant_file_is_not_read()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("big.json", new byte[PlanFile.MaxBytes + 1]);

        Assert.Contains("expected at most 1048576 bytes, found 1048577", Assert.Throws<ArgumentException>(() => PlanFile.Read(file)).Message, StringComparison.Ordinal);
    }
}
