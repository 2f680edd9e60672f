using System.Numerics;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>"Basis + prior" with bases from random statistics, for the contract of update rules, and its scalar references.</summary>
internal static class BasisCases
{
    private static readonly LearnedBasisOptions Everything = new()
    {
        LearningRate = .05, Momentum = .8, Averaging = .9, PriorWeight = 2, Learn = ["learning_rate", "momentum", "averaging", "prior_weight", "scales"],
    };

    /// <summary>Rank r; with or without the left basis.</summary>
    public static RuleCase Learned(string name, int rank, bool left = true) => new(
        name, () => new PerLayout<double>(l => new LearnedBasis<double>([.. Blocks<double>(l, rank, left)], Everything)),
        () => new PerLayout<float>(l => new LearnedBasis<float>([.. Blocks<float>(l, rank, left)], Everything)), Reference(rank, left));

    public static RuleCase Unlearned(string name) => new(
        name, () => new PerLayout<double>(l => LearnedBasis<double>.Unlearned(l, Everything)), () => new PerLayout<float>(l => LearnedBasis<float>.Unlearned(l, Everything)), Elementwise);

    /// <summary>Sums of a few random gradients whose rows and columns have different sizes.</summary>
    public static BoundStatistics Statistics(ParameterLayout layout, int gradients = 7, int largestFactor = 1024)
    {
        var statistics = new BoundStatistics(layout, withFactors: true, largestFactor);
        var stream = new RandomStream(new StreamKey(31, 0, 0, StreamPurpose.Test, 0));
        double[] g = new double[layout.Length];
        for (int k = 0; k < gradients; k++)
        {
            stream.FillNormal<double>(g);
            for (int i = 0; i < g.Length; i++)
                g[i] /= 1 + (i % 5);
            statistics.AddGradient<double>(g);
        }

        return statistics;
    }

    private static IEnumerable<BasisBlock<T>> Blocks<T>(ParameterLayout layout, int rank, bool left)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BoundStatistics statistics = Statistics(layout);
        for (int k = 0; k < layout.Blocks.Length; k++)
        {
            var b = BasisBlock<T>.FromStatistics(statistics, k, rank);
            yield return left ? b : new BasisBlock<T>(b.Block, [], b.Right.ToArray(), b.Prior.ToArray(), b.Rest.ToArray());
        }
    }

    /// <summary>NAdam-like: Nesterov momentum over the root of an average of squares, one coordinate after the other; eps = 1e-8 in the root's denominator.</summary>
    private static ReferenceStep Elementwise => x =>
    {
        int start = 0, state = 0;
        foreach ((string key, Complex[] scale) in x.Meta.Where(m => m.Key.StartsWith("scale.", StringComparison.Ordinal)))
        {
            int n = LengthOf(x, key);
            for (int i = 0; i < n; i++)
                x.Theta[start + i] -= x["learning_rate"] * scale[0] * x.Scale * Normalized(x, x.Gradient[start + i], 0, state + i, state + n + i);
            start += n;
            state += 2 * n;
        }
    };

    /// <summary>The formulas of DESIGN's rule by loops.</summary>
    private static ReferenceStep Reference(int rank, bool left) => x =>
    {
        ParameterLayout layout = RuleCases.Layouts.Single(l => l.Length == x.Theta.Length);
        int state = 0;
        foreach (BasisBlock<double> b in Blocks<double>(layout, rank, left))
        {
            (int rows, int columns, int r, int offset) = (b.Block.Rows, b.Block.Columns, b.Rank, b.Block.Offset);
            double[] v = b.Left.Length > 0 ? b.Left.ToArray() : [.. Enumerable.Range(0, rows * rows).Select(k => k / rows == k % rows ? 1.0 : 0)];
            double[] u = b.Right.ToArray(), prior = b.Prior.ToArray(), rest = b.Rest.ToArray();
            int half = (rows * r) + (b.IsFull ? 0 : rows * columns);
            Complex[] direction = new Complex[rows * columns];
            for (int i = 0; i < rows; i++)
            {
                Complex[] turned = [.. Enumerable.Range(0, columns).Select(j => Sum(rows, k => v[(k * rows) + i] * x.Gradient[offset + (k * columns) + j]))];
                Complex[] d = [.. Enumerable.Range(0, r).Select(c => Sum(columns, j => turned[j] * u[(j * r) + c]))];
                Complex[] q = [.. Enumerable.Range(0, columns).Select(j => turned[j] - Sum(r, c => d[c] * u[(j * r) + c]))];
                for (int c = 0; c < r; c++)
                    d[c] = Normalized(x, d[c], prior[(i * r) + c], state + (i * r) + c, state + half + (i * r) + c);
                for (int j = 0; j < columns; j++)
                {
                    int at = state + (rows * r) + (i * columns) + j;
                    q[j] = b.IsFull ? 0 : Normalized(x, q[j], rest[i], at, at + half);
                    direction[(i * columns) + j] = Sum(r, c => d[c] * u[(j * r) + c]) + q[j];
                }
            }

            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                    x.Theta[offset + (i * columns) + j] -= x["learning_rate"] * x.Meta[$"scale.{b.Block.Name}"][0] * x.Scale * Sum(rows, k => v[(i * rows) + k] * direction[(k * columns) + j]);
            }

            state += 2 * half;
        }
    };

    /// <summary>Moves m and v of one entry on and gives its step.</summary>
    private static Complex Normalized(ReferenceIterate x, Complex g, double prior, int m, int v)
    {
        int t = x.Age + 1;
        Complex b1 = x["momentum"], b2 = x["averaging"], c = x["prior_weight"];
        x.State[m] = (b1 * x.State[m]) + ((1 - b1) * g);
        x.State[v] = (b2 * x.State[v]) + ((1 - b2) * g * g);
        Complex used = (b1 * x.State[m]) + ((1 - b1) * g);
        Complex second = (x.State[v] + (c * prior)) / (1 - ReferenceIterate.Power(b2, t) + c);
        return used / (1 - ReferenceIterate.Power(b1, t)) / (ReferenceIterate.Root(second) + 1e-8);
    }

    private static int LengthOf(ReferenceIterate x, string key) =>
        RuleCases.Layouts.Where(l => l.Length == x.Theta.Length).SelectMany(l => l.Blocks).First(b => string.Equals($"scale.{b.Name}", key, StringComparison.Ordinal)).Length;

    private static Complex Sum(int n, Func<int, Complex> term) => Enumerable.Range(0, n).Aggregate(Complex.Zero, (sum, k) => sum + term(k));
}
