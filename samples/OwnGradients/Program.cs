using System.Globalization;
using MetaMirror;
using MetaMirror.Storage;
using OwnGradients;

// A file from `metamirror learn rotated-digits --out learned.safetensors` does as well; without one, a small one is learned here.
if (!File.Exists("learned.safetensors"))
    LearnOne.Save("learned.safetensors");

// The model, its gradient and its data know nothing of MetaMirror.
var model = new HandWrittenModel(new Clusters(task: 100));
float[] parameters = model.Start(), gradient = new float[parameters.Length];
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean loss before: {model.MeanLoss(parameters):f3}"));

#region use
LearnedOptimizer<float> learned;
using (FileStream file = File.OpenRead("learned.safetensors"))
    learned = LearnedOptimizer<float>.Load(file);

var layout = new ParameterLayout(("0.weight", [32, 64]), ("0.bias", [32]), ("2.weight", [10, 32]), ("2.bias", [10]));
OptimizerRun<float> step = learned.Start(layout);
for (int t = 0; t < step.Steps; t++)
{
    model.Gradient(parameters, gradient, t);
    step.Apply(gradient, parameters);
}
#endregion

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean loss after {step.StepsTaken} steps of '{learned.Name}': {model.MeanLoss(parameters):f3}"));

// Plain gradient descent with the best of eight learning rates, for as many steps.
float best = float.PositiveInfinity;
for (float rate = 0.01f; rate < 2; rate *= 2)
{
    float[] theta = model.Start();
    for (int t = 0; t < step.Steps; t++)
    {
        model.Gradient(theta, gradient, t);
        for (int i = 0; i < theta.Length; i++)
            theta[i] -= rate * gradient[i];
    }

    best = MathF.Min(best, model.MeanLoss(theta));
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean loss after as many of gradient descent, learning rate tuned: {best:f3}"));
