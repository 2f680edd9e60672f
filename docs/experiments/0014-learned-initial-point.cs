#:project ../../src/MetaMirror.Experiments/MetaMirror.Experiments.csproj
#:property RunAnalyzers=false
#:property TreatWarningsAsErrors=false

// The tables of 0014-learned-initial-point.md: METAMIRROR_DATA=... dotnet run -c Release docs/experiments/0014-learned-initial-point.cs [mnist|fashion-mnist]
// Rotations 90 to 165, which no plan has: an initial point is learned on five (Reptile), every optimizer starts at it on the sixth, three of them in turn, three seeds.
using System.Collections.Immutable;
using MetaMirror;
using MetaMirror.Descents;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

const int Seeds = 3, Rounds = 30, Inner = 30;
string dataset = args.Length > 0 ? args[0] : "mnist";
bool isFashion = dataset != "mnist";
double target = isFashion ? 0.35 : 0.06;
Plan plan = PlanFile.Read(isFashion ? "rotated-fashion" : "rotated-mnist");
plan = plan with { Family = ((RotatedImagesPlan)plan.Family) with { Angles = [90, 105, 120, 135, 150, 165] } };
IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, new DatasetCatalogue(DataLocations.Usual(null)), 1);
IReadOnlyList<MeasuredTask<float>> measured = PlanTasks.Measured(plan, tasks, 1);
var pool = new RunPool<float>(new WorkerTeam(Environment.ProcessorCount), 1);
Measurement measurement = Measurement.Of(plan);

foreach (int heldOut in (int[])[1, 2, 4])
{
    InitialPoint<float> own = new TaskInitialPoint<float>(), learned = new LearnedInitialPoint<float>(Reptile([.. tasks.Where((_, k) => k != heldOut)]));
    foreach ((string start, InitialPoint<float> point) in ((string, InitialPoint<float>)[])[("own", own), ("learned", learned)])
    {
        foreach (string name in (string[])["adam", "nadam", "muon", "soap"])
        {
            OptimizerEntry<float> entry = Catalogue.Optimizer<float>(name);
            double middle = entry.Grid[entry.Grid.Length / 2];
            Row(start, name, from factor in (double[])[1 / 4.0, 1 / 2.0, 1, 2, 4, 8] from schedule in (ScheduleName[])[ScheduleName.Linear, ScheduleName.InverseTime]
                select (new RuleSetting(middle * factor, schedule), entry.Create(new RuleSetting(middle * factor, schedule))), point, measured[heldOut]);
        }

        Row(start, "tracked", from rate in (double[])[0.0025, 0.005, 0.01, 0.02, 0.04] select (new RuleSetting(rate, ScheduleName.InverseTime), Tracked(tasks[heldOut].Layout, rate)), point, measured[heldOut]);
    }
}

UpdateRule<float> Tracked(ParameterLayout layout, double rate) => new AveragedIterates<float>(
    new Chain<float>(new InverseTimeSchedule<float>(4), TrackedBasis<float>.Unlearned(layout, new TrackedBasisOptions
    {
        LearningRate = rate, Rank = isFashion ? 32 : 4, Exponent = isFashion ? 0.55 : 0.5, Momentum = 0.8, RotateResidual = false, FactorEvery = 2,
    })), isFashion ? 4 : 8);

// Reptile (Nichol, Achiam and Schulman 2018, arXiv:1803.02999), serial batches over all tasks: theta <- mean of what Inner steps of Adam make of it, the distance falling to a tenth.
ImmutableArray<float> Reptile(SupervisedTask<float>[] sources)
{
    float[] theta = new float[sources[0].Layout.Length], mean = new float[theta.Length];
    var stream = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 99));
    sources[0].Initialize(ref stream, theta);
    var rule = new Adam<float>(new AdamOptions { LearningRate = 0.002 });
    for (int round = 0; round < Rounds; round++)
    {
        Array.Clear(mean);
        for (int k = 0; k < sources.Length; k++)
        {
            var descent = new Descent<float>(sources[k].CreateTrainingObjective(), rule, new Unroll(Inner));
            descent.Start(theta, new MetaParameters<float>([], rule.MetaSpecs(sources[k].Layout), []), new BatchKey(1, 0, (uint)(1000 + round), (uint)k));
            descent.Run();
            Vectors.AddScaled(1f / sources.Length, descent.Theta, mean);
        }

        float share = 1 - (0.9f * round / (Rounds - 1));
        Vectors.LinearCombination(1 - share, theta, share, mean, theta);
    }

    return [.. theta];
}

// Each figure at its own best setting: for the tracked rule too, to see what is there.
void Row(string start, string name, IEnumerable<(RuleSetting Setting, UpdateRule<float> Rule)> settings, InitialPoint<float> point, MeasuredTask<float> task)
{
    (RuleSetting Setting, UpdateRule<float> Rule)[] all = [.. settings];
    RunRecord[] records = pool.Run(task, measurement, name, [.. all.SelectMany(s => Enumerable.Range(0, Seeds).Select(run =>
        new RunJob<float>(new Contender<float>(name, OptimizerRole.Baseline, s.Rule) { Start = point }, run)))]);
    RunRecord[][] trials = [.. all.Select((_, k) => records[(k * Seeds)..((k + 1) * Seeds)])];
    double first = trials.Average(t => t[0].Losses[0]);
    (double Steps, string Setting) steps = trials.Select((t, k) => (Quantiles.Median([.. t.Select(r => r.StepsTo(target))]), all[k].Setting.ToString())).MinBy(t => t.Item1);
    double final = trials.Min(t => Quantiles.Median([.. t.Select(r => r.FinalLoss)])), mean = trials.Min(t => Quantiles.Median([.. t.Select(r => r.MeanLoss)]));
    double accuracy = trials.Where(t => t.All(r => r.Test is not null)).Max(t => t.Average(r => r.Test!.Value.Accuracy!.Value));
    Console.WriteLine(FormattableString.Invariant($"| {task.Task.Name} | {start} | {name} | {first:g3} | {steps.Steps} | {mean:g3} | {final:g3} | {100 * accuracy:f2} | {steps.Setting} |"));
}
