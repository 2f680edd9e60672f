using MetaMirror;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Networks;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace OwnGradients;

/// <summary>Learns an optimizer on four generated tasks: basis and prior from runs of Adam.</summary>
public static class LearnOne
{
    private const int Steps = 150;

    /// <summary>Learns and saves.</summary>
    /// <param name="path">File to write.</param>
    public static void Save(string path)
    {
        var tasks = new TaskFamily<float>(Enumerable.Range(0, 4).Select(i =>
        {
            var data = new Clusters(i);
            var examples = Dataset<float>.Classification($"clusters-{i}", data.Inputs, Clusters.Features, data.Labels, Clusters.Classes);
            return new SupervisedTask<float>(
                new TaskData<float>(examples.Name, DataSplit<float>.Of(examples.Name, examples)), Network.Mlp(64, 32, 10), new SupervisedOptions(32));
        }));

        var source = new Chain<float>(new LinearSchedule<float>(0.05), new Adam<float>(new AdamOptions { LearningRate = 0.004 }));
        var statistics = new StatisticsStep<float>();
        new MetaLearner<float>(
            tasks, source, new TaskInitialPoint<float>(), new Unroll(Steps), statistics, new MetaLearnerOptions { OuterSteps = 1, TasksPerStep = 4 }).Learn();

        var basis = new LearnedBasis<float>(statistics.Statistics!, rank: 16, new LearnedBasisOptions { LearningRate = 0.02 });
        var rule = new Chain<float>(new Warmup<float>(5), new LinearSchedule<float>(0.05), basis);
        var meta = new MetaParameters<float>([], rule.MetaSpecs(tasks.Layout), []);
        var learned = new LearnedOptimizer<float>("clusters", rule, [.. meta.Natural], tasks.Layout, Steps) { LearnedFrom = "four generated tasks of ten clusters" };
        using FileStream file = File.Create(path);
        learned.Save(file);
    }
}
