using System.Globalization;
using LearnAnOptimizer;
using MetaMirror;
using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
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

// The engine alone: a small convolutional network, trained by plain gradient descent on images that are bright in the half, and at the height, of their class.
NetworkObjective<float> images = SmallImages.Classifier(SmallImages.Draw(count: 500));
float[] theta = new float[images.Layout.Length], gradient = new float[theta.Length];
var weights = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, 0));
images.Network.Initialize(ref weights, theta.AsSpan());
double first = images.Evaluate(theta, [], BatchKey.Full, []);
for (uint t = 1; t <= 50; t++)
{
    images.Evaluate(theta, [], new BatchKey(Seed: 0, InnerStep: t, OuterStep: 0, Task: 0), gradient);
    for (int i = 0; i < theta.Length; i++)
        theta[i] -= 0.1f * gradient[i];
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A convolutional network of {theta.Length} parameters: mean loss {first:g4} before 50 steps, {images.Evaluate(theta, [], BatchKey.Full, []):g4} after."));
