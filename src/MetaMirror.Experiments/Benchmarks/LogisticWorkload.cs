using System.Globalization;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>
/// Outer step of a small bilevel problem: logistic regression with one regularizer weight per coordinate, 100 steps of gradient descent from zero,
/// hypergradient of the validation loss in the weights by truncated reverse mode.
/// </summary>
public static class LogisticWorkload
{
    private const int Examples = 500, Steps = 100, Back = 10;
    private const double LearningRate = 0.1;

    /// <summary>The outer step in d dimensions. One pass of the scores or back is 2 n d flops; a gradient has two, a product that keeps its scores two.</summary>
    /// <param name="d">Features.</param>
    public static Workload Of(int d) => new(
        string.Create(CultureInfo.InvariantCulture, $"logistic-d{d}-outer-step"), new Work(2.0 * Examples * d * 2 * (Steps + Back + 1)), context => MakeData(context, d));

    private static Func<Action> MakeData(WorkloadContext context, int d)
    {
        float[] truth = context.Normal(d);
        Dataset<float> training = Data(context, "training", truth), validation = Data(context, "validation", truth);
        var weight = new RegularizerWeight(1, RegularizerKind.PerCoordinate);
        return () =>
        {
            var rule = new Sgd<float>(new SgdOptions { LearningRate = LearningRate });
            var task = new ObjectiveTask<float>(
                "logistic", () => new Regularized<float>(new LogisticRegression<float>(training, bias: false), weight), new float[d])
            {
                Validation = () => new LogisticRegression<float>(validation, bias: false),
            };
            var problem = new InnerProblem<float>(task, rule, new TaskInitialPoint<float>(), new Unroll(Steps, FullBatch: true));
            MetaParameters<float> meta = problem.CreateMetaParameters();
            MetaObjective<float> objective = new ValidationLoss<float>().ForThread(rule, task.Layout);
            var mode = new TruncatedReverseMode<float>(Back);
            float[] total = new float[meta.Length], direct = new float[meta.Length];
            var run = new BatchKey(context.Seed, 0, 0, 0);
            return () => mode.Compute(problem, objective, meta, run, total, direct);
        };
    }

    private static Dataset<float> Data(WorkloadContext context, string name, float[] truth)
    {
        float[] x = context.Normal(Examples * truth.Length);
        int[] labels = new int[Examples];
        for (int i = 0; i < Examples; i++)
            labels[i] = Numerics.Vectors.Dot<float>(x.AsSpan(i * truth.Length, truth.Length), truth) > 0 ? 1 : 0;
        return Dataset<float>.Classification(name, x, truth.Length, labels, 2);
    }
}
