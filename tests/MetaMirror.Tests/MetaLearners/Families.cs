using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;
using Draws = MetaMirror.Tests.Objectives.Draws;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>Small task families of the outer loop's tests.</summary>
internal static class Families
{
    /// <summary>Mini-batch classification by a small network, one data set a task.</summary>
    public static TaskFamily<double> Networks(int count) => new(Enumerable.Range(0, count).Select(k =>
    {
        Dataset<double> data = Draws.Classification<double>(40, 6, 3, (uint)(700 + k));
        return new SupervisedTask<double>(
            new TaskData<double>($"task-{k}", DataSplit<double>.Of("train", data)), Network.Mlp(new Tanh(), 6, 5, 3), new SupervisedOptions(8));
    }));

    /// <summary>Quartic problems, a little different.</summary>
    public static TaskFamily<double> Quartics(int count) => new(Enumerable.Range(0, count).Select(k =>
        new ObjectiveTask<double>($"quartic-{k}", () => new QuarticObjective(TrialProblem.H2, [1 + (.1 * k), -1]), [.5, -.25])));

    /// <summary>Parabolas over two tensors; where a step is given, the gradient of the second tensor is NaN at that step.</summary>
    public static TaskFamily<double> Faulty(params int?[] steps) => new(steps.Select((at, k) =>
        new ObjectiveTask<double>($"task-{k}", () => new FaultyParabola(at), [.5, -.25, .75])));

    public static Sgd<double> Descent(double rate = .1, params string[] learn) => new(new SgdOptions { LearningRate = rate, Learn = learn.Length == 0 ? ["learning_rate"] : [.. learn] });
}

/// <summary>1/2 ||theta||^2.</summary>
internal sealed class FaultyParabola(int? faultyStep) : Objective<double>
{
    public override ParameterLayout Layout { get; } = new(("first", [2]), ("second", [1]));

    public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
    {
        if (!gradient.IsEmpty)
            theta.CopyTo(gradient);
        if (!gradient.IsEmpty && batch.InnerStep == faultyStep)
            gradient[^1] = double.NaN;
        return Numerics.Vectors.SquaredNorm(theta) / 2;
    }

    public override void HessianVectorProducts(
        ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
        tangents[..(count * theta.Length)].CopyTo(products);
}

/// <summary>An endless family of quartics: task k exists for every number.</summary>
internal sealed class EndlessQuartics : TaskDistribution<double>
{
    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(2);

    public override int? Count => null;

    public override LearningTask<double> this[int index] =>
        new ObjectiveTask<double>($"quartic-{index}", () => new QuarticObjective(TrialProblem.H2, [1 + (1e-8 * index), -1]), [.5, -.25]);
}
