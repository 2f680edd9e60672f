using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>A small problem with everything that can go wrong, and the measurements the contract makes on it.</summary>
internal sealed class TrialProblem
{
    public static readonly double[] H2 = [2, 0.5, 0.5, 1];

    public TrialProblem(
        UpdateRule<double> rule, MetaObjective<double> metaObjective, int steps, bool fullBatch = false, InitialPoint<double>? initialPoint = null,
        Func<Objective<double>>? objective = null, double[]? start = null, bool penalty = true)
    {
        objective ??= () => new QuarticObjective(H2, [1, -1], penalty);
        var task = new ObjectiveTask<double>("trial", objective, start ?? [0.5, -0.25])
        {
            Validation = () => new QuarticObjective([1, 0, 0, 3], [0.2, 0.4]),
        };
        Inner = new InnerProblem<double>(task, rule, initialPoint ?? new TaskInitialPoint<double>(), new Unroll(steps, fullBatch));
        Meta = Inner.CreateMetaParameters();
        MetaObjective = metaObjective.ForThread(rule, task.Layout);
    }

    public InnerProblem<double> Inner { get; }

    public MetaParameters<double> Meta { get; }

    public MetaObjective<double> MetaObjective { get; }

    public BatchKey Run { get; } = new(1, 0, 2, 3);

    public (double[] Total, double[] Direct, HypergradientReport Report) Compute(Hypergradient<double> hypergradient)
    {
        double[] total = new double[Meta.Length];
        double[] direct = new double[Meta.Length];
        HypergradientReport report = hypergradient.Compute(Inner, MetaObjective, Meta, Run, total, direct);
        return (total, direct, report);
    }

    /// <summary>E(mu), and theta_T.</summary>
    public double Value(ReadOnlySpan<double> natural)
    {
        var meta = new MetaParameters<double>(Meta);
        meta.SetNatural(natural);
        Inner.Start(meta, Run);
        double value = 0;
        while (Inner.Descent.Position < Inner.Descent.Unroll.Steps)
        {
            Assert.True(Inner.Descent.Evaluate());
            value += MetaObjective.PathTerm(Inner.Descent.Point(), meta);
            Inner.Descent.Advance();
        }

        var ends = new RunEnds<double>
        {
            Initial = Inner.Descent.Initial, Final = Inner.Descent.Theta, Steps = Inner.Descent.Unroll.Steps, Training = Inner.Descent.Objective,
            Validation = MetaObjective.ReadsValidationData ? Inner.Validation : null,
        };
        return value + MetaObjective.FinalTerm(ends, meta);
    }

    /// <summary>
    /// Central differences with one Richardson step, O(h^4): a step of 1e-3 of the value (of its distance from 1 for fractions) leaves about
    /// 1e-10 of rounding and truncation. An entry on the edge of its interval has no two-sided difference: the estimate is taken over.
    /// </summary>
    public double[] Differences(ReadOnlySpan<double> estimate)
    {
        double[] natural = Meta.Natural.ToArray();
        double[] result = new double[natural.Length];
        for (int i = 0; i < natural.Length; i++)
        {
            double x = natural[i];
            MetaParameterSpec<double> spec = Meta.Entries.Last(e => e.Offset <= i).Spec;
            double h = 1e-3 * (spec.Transform == MetaTransform.Logit ? Math.Min(x, 1 - x) : Math.Max(Math.Abs(x), 0.05));
            if (x - h < spec.Lower || x + h > spec.Upper)
            {
                result[i] = estimate[i];
                continue;
            }

            double Slope(double step)
            {
                natural[i] = x + step;
                double above = Value(natural);
                natural[i] = x - step;
                double below = Value(natural);
                natural[i] = x;
                return (above - below) / (2 * step);
            }

            result[i] = ((4 * Slope(h / 2)) - Slope(h)) / 3;
        }

        return result;
    }

    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double relative, string what)
    {
        double scale = 0;
        double error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs(expected[i]));
            error = Math.Max(error, Math.Abs(expected[i] - actual[i]));
        }

        Assert.Equal(expected.Length, actual.Length);
        Assert.True(
            error <= relative * Math.Max(scale, 1e-300),
            $"{what}: off by {error:g3} of {scale:g3}, allowed {relative:g1}; expected [{string.Join(", ", expected.ToArray())}], got [{string.Join(", ", actual.ToArray())}]");
    }
}
