using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Experiments.Optimism;

/// <summary>
/// The convex quadratic figure (Optimistic Meta-Gradients, Figure 2; protocol of PAPERS 3.6): f = 1/2 (x - x*)^T Q (x - x*), Q = U diag(s) U^T, U from the QR factorization of a
/// Gaussian matrix, s log-uniform between 1 / condition number and 1 with both ends taken, x* normal, start 0; each optimizer at every learning rate of a log grid of [1e-3, 10].
/// </summary>
internal static class QuadraticStudy
{
    private const double FirstRate = 1e-3;
    private const int Decades = 4;
    private const int MostExtraDecades = 2;

    /// <summary>A loss this many times the first has diverged.</summary>
    private const double Diverged = 1e12;

    public static IReadOnlyList<QuadraticFigure> Run(OptimismSizes sizes, ulong seed, WorkerTeam team, IProgress<RunProgress>? progress, CancellationToken cancellationToken)
    {
        (int N, double Condition)[] cells = [.. sizes.Dimensions.SelectMany(n => sizes.Conditions.Select(c => (n, c)))];
        var figures = new List<QuadraticFigure>();
        foreach ((int n, double condition) in cells)
        {
            QuadraticObjective<double>[] tasks = [.. Enumerable.Range(0, sizes.Seeds).Select(s => Draw(n, condition, seed, s))];
            foreach (QuadraticContender contender in QuadraticContender.All)
                figures.Add(Tuned(contender, tasks, n, condition, sizes, team, cancellationToken));
            progress?.Report(new RunProgress("convex quadratics", figures.Count / QuadraticContender.All.Count, cells.Length, $"{n} dimensions, condition number {condition:N0}", double.NaN));
        }

        return figures;
    }

    /// <summary>All rates of the grid; a best rate at its edge extends it, by two decades at most.</summary>
    private static QuadraticFigure Tuned(
        QuadraticContender contender, QuadraticObjective<double>[] tasks, int n, double condition, OptimismSizes sizes, WorkerTeam team, CancellationToken cancellationToken)
    {
        int first = 0, last = Decades * sizes.RatesPerDecade, extensions = MostExtraDecades * sizes.RatesPerDecade, best = 0;
        var regrets = new SortedDictionary<int, double>();
        double[][] chosen = [];
        for (int k = first; k <= last; k++)
            Try(k);
        while (best == last && extensions-- > 0)
            Try(++last);
        while (best == first && extensions-- > 0)
            Try(--first);
        double[] loss = [.. Enumerable.Range(0, sizes.Steps + 1).Select(t => Quantiles.Median([.. chosen.Select(l => l[t])]))];
        return new QuadraticFigure(
            n, condition, contender.Name, [.. regrets.Keys.Select(Rate)], [.. regrets.Values], Rate(best), best == first || best == last, regrets[best], loss);

        double Rate(int k) => FirstRate * Math.Pow(10, (double)k / sizes.RatesPerDecade);

        void Try(int k)
        {
            double[][] losses = [.. tasks.Select(_ => new double[sizes.Steps + 1])];
            team.Run(tasks.Length, (s, _) =>
            {
                if (!cancellationToken.IsCancellationRequested)
                    contender.Run(tasks[s], new double[n], Rate(k), losses[s]);
            });
            cancellationToken.ThrowIfCancellationRequested();
            regrets[k] = Quantiles.Median([.. losses.Select(Regret)]);
            if (chosen.Length == 0 || regrets[k] < regrets[best])
                (best, chosen) = (k, losses);
        }
    }

    /// <summary>The quadratic of a seed; f* = 0.</summary>
    internal static QuadraticObjective<double> Draw(int n, double condition, ulong seed, int number)
    {
        var stream = new RandomStream(new StreamKey(seed, (uint)n, (uint)Math.Round(condition), StreamPurpose.Data, (uint)number));
        double[] u = new double[n * n], s = new double[n], x = new double[n], q = new double[n * n], b = new double[n];
        for (int i = 0; i < u.Length; i++)
            u[i] = stream.NextNormal();
        OrthonormalRows.Orthonormalize<double>(u, n, n, [], new double[OrthonormalRows.Scratch(n)]);
        for (int i = 0; i < n; i++)
            s[i] = i == 0 ? 1 : i == n - 1 ? 1 / condition : Math.Pow(condition, -stream.NextDouble());
        for (int i = 0; i < n; i++)
            x[i] = stream.NextNormal();
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
                Vectors.AddScaled(s[k] * u[(k * n) + i], u.AsSpan(k * n, n), q.AsSpan(i * n, n));
        }

        for (int i = 0; i < n; i++)
            b[i] = Vectors.Dot<double>(q.AsSpan(i * n, n), x);
        return new(q, b, Vectors.Dot<double>(b, x) / 2);
    }

    private static double Regret(double[] losses)
    {
        double limit = Diverged * losses[0], sum = 0;
        foreach (double loss in losses)
            sum += loss <= limit ? Math.Max(0, loss) : double.PositiveInfinity;
        return sum;
    }
}
