using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Optimism;

/// <summary>
/// Bilinear games min_x max_y x^T A y with both players stepping at once: gradient descent-ascent leaves the saddle point (each step grows the distance by sqrt(1 + eta^2 s^2) along
/// a singular value s), optimism turns it around. The hints are those of training: a rule sees the field (A y, -A^T x) as its gradient.
/// </summary>
internal static class GameStudy
{
    /// <summary>Step sizes times ||A||; each method plays at the one that ends nearest.</summary>
    private static readonly double[] Rates = [.02, .05, .1, .2, .5];

    private const double SmallestSingular = .3;

    /// <summary>Points kept of a curve.</summary>
    private const int Points = 200;

    private static readonly (string Name, Func<Hint<double>?> Hint)[] Contenders =
    [
        ("gradient descent-ascent", () => null),
        ("optimistic", () => new OmegaHint<double>(1, 0)),
        ("optimistic, h_1 = 0", () => new LastGradientHint<double>()),
        ("average hint 0.5", () => new AverageHint<double>(1, .5)),
        ("Omega 0.5", () => new OmegaHint<double>(1, .5)),
        ("Omega 0.9", () => new OmegaHint<double>(1, .9)),
    ];

    public static IReadOnlyList<GameFigure> Run(OptimismSizes sizes, ulong seed, WorkerTeam team, IProgress<RunProgress>? progress, CancellationToken cancellationToken)
    {
        var figures = new List<GameFigure>();
        int[] kept = [.. Enumerable.Range(0, Points + 1).Select(i => (int)((long)i * sizes.GameSteps / Points)).Distinct()];
        foreach (int n in sizes.GameDimensions)
        {
            foreach ((string name, Func<Hint<double>?> hint) in Contenders)
            {
                GameFigure? best = null;
                foreach (double rate in Rates)
                {
                    double[][] distances = new double[sizes.Seeds][];
                    team.Run(sizes.Seeds, (s, _) => distances[s] = cancellationToken.IsCancellationRequested ? [] : Play(n, hint(), rate, seed, s, sizes.GameSteps));
                    cancellationToken.ThrowIfCancellationRequested();
                    double[] median = [.. kept.Select(t => Quantiles.Median([.. distances.Select(d => d[t])]))];
                    if (best is null || median[^1] < best.Final)
                        best = new GameFigure(n, name, rate, kept, median, distances.All(d => d[^1] < 1), median[^1]);
                }

                figures.Add(best!);
            }

            progress?.Report(new RunProgress("bilinear games", figures.Count / Contenders.Length, sizes.GameDimensions.Count, n == 1 ? "1 dimension" : $"{n} dimensions", double.NaN));
        }

        return figures;
    }

    /// <summary>Distances to the saddle point over the first, t = 0 .. T.</summary>
    private static double[] Play(int n, Hint<double>? hint, double rate, ulong seed, int number, int steps)
    {
        var stream = new RandomStream(new StreamKey(seed, (uint)n, 1, StreamPurpose.Data, (uint)number));
        double[] a = Matrix(n, ref stream), z = new double[2 * n], field = new double[2 * n];
        for (int i = 0; i < z.Length; i++)
            z[i] = stream.NextNormal();
        UpdateRule<double> sgd = new Sgd<double>(new() { LearningRate = rate }), rule = hint is null ? sgd : new Chain<double>(hint, sgd);
        var layout = ParameterLayout.Vector(2 * n);
        double[] meta = [.. new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural], state = new double[rule.StateLength(layout)], scratch = new double[rule.ScratchLength(layout)];
        double[] distances = new double[steps + 1], scale = [1];
        double first = Math.Sqrt(Vectors.SquaredNorm<double>(z));
        for (int t = 0; ; t++)
        {
            distances[t] = Math.Sqrt(Vectors.SquaredNorm<double>(z)) / first;
            if (t == steps)
                return distances;
            for (int i = 0; i < n; i++)
            {
                field[i] = Vectors.Dot<double>(a.AsSpan(i * n, n), z.AsSpan(n));
                field[n + i] = 0;
            }

            for (int i = 0; i < n; i++)
                Vectors.AddScaled(-z[i], a.AsSpan(i * n, n), field.AsSpan(n));
            scale[0] = 1;
            rule.Step(new() { Step = t, Steps = steps, Age = t, Layout = layout, Meta = meta, Scratch = scratch }, new(z, field, scale, state));
        }
    }

    /// <summary>A matrix with singular values evenly from .3 to 1 in random bases.</summary>
    private static double[] Matrix(int n, ref RandomStream stream)
    {
        double[] left = Basis(n, ref stream), right = Basis(n, ref stream), a = new double[n * n];
        for (int k = 0; k < n; k++)
        {
            double s = n == 1 ? 1 : SmallestSingular + ((1 - SmallestSingular) * k / (n - 1));
            for (int i = 0; i < n; i++)
                Vectors.AddScaled(s * left[(k * n) + i], right.AsSpan(k * n, n), a.AsSpan(i * n, n));
        }

        return a;
    }

    private static double[] Basis(int n, ref RandomStream stream)
    {
        double[] u = new double[n * n];
        for (int i = 0; i < u.Length; i++)
            u[i] = stream.NextNormal();
        OrthonormalRows.Orthonormalize<double>(u, n, n, [], new double[OrthonormalRows.Scratch(n)]);
        return u;
    }
}
