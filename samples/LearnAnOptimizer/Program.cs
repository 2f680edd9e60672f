using System.Globalization;
using MetaMirror;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Storage;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

// Thirty sensors of the same make, one small regression each: learn which directions are steep, once for all of them.
#region learn
TaskFamily<double> tasks = SensorFamily.Linear<double>(seed: 1);
var rule = new MirrorDescent<double>(new DiagonalQuadratic<double>(), learningRate: 0.1);
var learner = new MetaLearner<double>(
    tasks, rule, new TaskInitialPoint<double>(), new Unroll(Steps: 100), new ClosedFormStep<double>(), new MetaLearnerOptions { OuterSteps = 20 });
learner.Learn();

var learned = new LearnedOptimizer<double>("sensors", rule, [.. learner.Meta.Of(MetaPlace.Rule)], tasks.Layout, steps: 100);
using FileStream file = File.Create("sensors.safetensors");
learned.Save(file);
#endregion

// A sensor that learning never saw, with the same number of steps before and after.
SupervisedTask<double> fresh = (SupervisedTask<double>)SensorFamily.Linear<double>(seed: 2, sensors: 1)[0];
var problem = new InnerProblem<double>(fresh, rule, new TaskInitialPoint<double>(), new Unroll(Steps: 100));
double Loss(MetaParameters<double> meta)
{
    problem.Start(meta, new BatchKey(Seed: 0, InnerStep: 0, OuterStep: 0, Task: 0));
    problem.Descent.Run();
    return fresh.MeanTrainingLoss(problem.Descent.Theta);
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A new sensor after 100 steps: mean loss {Loss(problem.CreateMetaParameters()):g4} unlearned, {Loss(learner.Meta):g4} learned."));
