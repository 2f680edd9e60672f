using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tests.Optimism;
using MetaMirror.Tests.UpdateRules.Rivals;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Tracked bases for the contract of update rules, and their scalar reference. Bases are constants there: the reference takes real parts for them.</summary>
internal static class TrackedCases
{
    /// <summary>Vectors are not rotated: a young factor of theirs has many null directions, whose basis is rounding's choice.</summary>
    private static readonly TrackedBasisOptions Everything = new()
    {
        LearningRate = .05, Momentum = .8, Averaging = .9, PriorWeight = 2, Rank = 2, LargestColumns = 2, ProjectedFactor = false, Refresh = BasisRefresh.Eigenvectors,
        Learn = ["learning_rate", "momentum", "averaging", "exponent", "prior_weight", "scales"],
    };

    /// <summary>
    /// For runs with the defaults of the deployed rules: tracked, flat (beyond an aspect of 2), almost square, with more rows than 8, and a vector. First factors have at most one null direction.
    /// </summary>
    public static ParameterLayout Network { get; } = new(("0.weight", [6, 9]), ("0.bias", [6]), ("1.weight", [3, 7]), ("2.weight", [7, 6]), ("3.weight", [9, 4]));

    public static RuleCase Tracked(string name) => Case(name, Everything);

    public static RuleCase Plain(string name) => Case(name, Everything with { RotateResidual = false, Exponent = .4 });

    public static RuleCase Small(string name) => Case(name, Everything with { LargestColumns = 100 });

    public static RuleCase Projected(string name) => Case(name, Everything with { ProjectedFactor = true, Rank = 5 });

    public static RuleCase Seldom(string name) => Case(name, Everything with { ResidualEvery = 2, Exponent = .45 });

    public static RuleCase OneSided(string name) => Case(name, Everything with { LargestRows = 0, Exponent = .6, TrustRegion = .5 });

    public static RuleCase FewSides(string name) => Case(name, Everything with { RotateTracked = false, LargestColumns = 3, LargestAspect = 1.2 });

    /// <summary>2 x 3 has no basis at all; 5 x 6 lies on the boundary, and keeps that of its input side.</summary>
    public static RuleCase NoSides(string name) => Case(name, Everything with { LargestRows = 0, LargestColumns = 100, LargestAspect = 1.2 });

    /// <summary>An optimistic hint and a schedule before the basis: bases follow the gradients that the hint has made, and derivatives pass from the moments into the hint's vector.</summary>
    public static RuleCase Optimistic(string name)
    {
        RuleCase tracked = Seldom(name);
        return new(
            name, () => new PerLayout<double>(l => Before(tracked.Double(), l)), () => new PerLayout<float>(l => Before(tracked.Single(), l)),
            ReferenceRules.Chain(
                ("0.", 1, HintCases.LastGradient), ("1.", 0, ReferenceRules.Schedule(x => 1 - ((1 - x["final_fraction"]) * x.Step / x.Steps))), ("2.", ReferenceRules.Rest, tracked.Reference)))
        {
            LongState = true,
        };
    }

    public static ReferenceStep Reference(TrackedBasisOptions o) => x =>
    {
        ParameterLayout layout = RuleCases.Layouts.Append(Network).Single(l => l.Length == x.Theta.Length);
        var rule = new TrackedBasis<double>(BasisCases.Statistics(layout), o);
        int at = 0;
        foreach (BasisBlock<double> start in rule.Start)
            at = Step(x, o, start, at);
        Assert.Equal(x.State.Length, at);
    };

    private static Chain<T> Before<T>(UpdateRule<T> tracked, ParameterLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T> => new(new LastGradientHint<T>(.7), new LinearSchedule<T>(.05), ((PerLayout<T>)tracked).Of(layout));

    private static RuleCase Case(string name, TrackedBasisOptions options) => new(
        name, () => new PerLayout<double>(l => new TrackedBasis<double>(BasisCases.Statistics(l), options)),
        () => new PerLayout<float>(l => new TrackedBasis<float>(BasisCases.Statistics(l), options)), Reference(options))
    {
        LongState = true,
    };

    private static int Step(ReferenceIterate x, TrackedBasisOptions o, BasisBlock<double> start, int at)
    {
        (int m, int n, int offset) = (start.Block.Rows, start.Block.Columns, start.Block.Offset);
        bool big = n > o.LargestColumns && start.Rank < n, left = m > 1 && n > 1 && m <= o.LargestRows && (!big || o.RotateTracked), right = n > 1 && (big || n <= o.LargestAspect * m), turnsRest = big && left && o.RotateResidual;
        int k = big ? start.Rank : n;
        Complex[] g = x.Gradient[offset..(offset + (m * n))];
        double[] gr = Real(g);

        // Factors, as real numbers.
        int from = at;
        double[] l = Take(left ? m * m : 0), vl = Take(left ? m * m : 0), r = Take(right ? k * n : 0), vr = Take(right ? k * n : 0), prior = Take(k + 1);
        double[] oldLeft = [.. vl], oldRight = [.. vr];
        if (x.Age == 0 && big)
            vr = [.. Enumerable.Range(0, k * n).Select(i => start.Right[(i % n * k) + (i / n)])];
        double[] projected = [.. Enumerable.Range(0, big ? m * k : 0).Select(i => Sum(n, c => gr[(i / k * n) + c] * vr[(i % k * n) + c]))];
        double keptFactor = Kept(o.FactorEvery), keptRight = big ? Kept(o.TrackEvery) : keptFactor;
        for (int i = 0; i < l.Length; i++)
            l[i] = (keptFactor * l[i]) + ((1 - keptFactor) * (big && o.ProjectedFactor
                ? Sum(k, c => projected[(i / m * k) + c] * projected[(i % m * k) + c])
                : Sum(n, c => gr[(i / m * n) + c] * gr[(i % m * n) + c])));
        for (int i = 0; i < r.Length; i++)
            r[i] = (keptRight * r[i]) + ((1 - keptRight) * Sum(m, c => (big ? projected[(c * k) + (i / n)] : gr[(c * n) + (i / n)]) * gr[(c * n) + (i % n)]));
        bool due = x.Age % o.RefreshEvery == 0 || o.EarlyRefreshes.Contains(x.Age);
        if (due && left)
            vl = Refreshed(l, m, vl);
        if (due && right && !big)
            vr = Refreshed(r, n, vr);
        if (due && big && x.Age > 0)
            Track(k, n, r, vr);
        if (due)
            prior = Prior(start, vr, k);
        int write = from;
        foreach (double value in l.Concat(vl).Concat(r).Concat(vr).Concat(prior))
            x.State[write++] = value;
        int length = (m * k) + (big ? m * n : 0), first = at, second = at + length;
        at += 2 * length;
        int sum = at, every = big ? o.ResidualEvery : 1;
        at += every > 1 ? m * n : 0;
        if (x.Age == 0)
            return at;

        // Moments turn with the bases; then every entry by itself.
        Complex[] moments = x.State[first..second];
        if (due)
            Project(Lift(moments, oldLeft, oldRight), vl, vr).CopyTo(x.State, first);
        Complex[] d = Project(g, vl, vr);
        bool moves = x.Age % every == 0;
        if (every > 1)
        {
            for (int i = 0; i < m * n; i++)
                x.State[sum + i] += g[i];
            Complex[] mean = Project([.. x.State[sum..at].Select(s => s / every)], vl, vr);
            Array.Copy(mean, m * k, d, m * k, m * n);
            if (moves)
                Array.Clear(x.State, sum, m * n);
        }

        for (int i = 0; i < length; i++)
        {
            bool rest = i >= m * k;
            d[i] = rest && !moves ? 0 : Normalized(x, d[i], prior[rest ? k : i % k], o.TrustRegion, first + i, second + i, rest ? every : 1) * (rest ? Math.Sqrt(every) : 1);
        }

        Complex[] direction = Lift(d, vl, vr);
        for (int i = 0; i < m * n; i++)
            x.Theta[offset + i] -= x["learning_rate"] * x.Meta[$"scale.{start.Block.Name}"][0] * x.Scale * direction[i];
        return at;

        double[] Take(int count) => Real(x.State[at..(at += count)]);

        // What an average keeps: all of itself where a gradient is skipped. The first ten are taken.
        double Kept(int every) => x.Age < 10 ? o.FactorAveraging : x.Age % every == 0 ? Math.Pow(o.FactorAveraging, every) : 1;

        double[] Refreshed(double[] factor, int size, double[] rows)
        {
            if (x.Age > 0 && o.Refresh == BasisRefresh.Following)
                return SoapReference.Refreshed(factor, size, rows);
            EigenRows.TryCompute<double>(factor, size, rows);
            return rows;
        }

        Complex[] Project(Complex[] a, double[] rows, double[] columns)
        {
            Complex[] narrow = columns.Length == 0 ? a : [.. Enumerable.Range(0, m * k).Select(i => Sum(n, c => a[(i / k * n) + c] * columns[(i % k * n) + c]))];
            Complex[] kept = Left(narrow, k, rows, transposed: false);
            if (!big)
                return kept;
            Complex[] rest = [.. a.Select((value, i) => value - Sum(k, c => narrow[(i / n * k) + c] * columns[(c * n) + (i % n)]))];
            return [.. kept, .. turnsRest ? Left(rest, n, rows, transposed: false) : rest];
        }

        Complex[] Lift(Complex[] c, double[] rows, double[] columns)
        {
            Complex[] narrow = Left(c[..(m * k)], k, rows, transposed: true);
            Complex[] whole = columns.Length == 0 ? narrow : [.. Enumerable.Range(0, m * n).Select(i => Sum(k, j => narrow[(i / n * k) + j] * columns[(j * n) + (i % n)]))];
            if (!big)
                return whole;
            Complex[] rest = turnsRest ? Left(c[(m * k)..], n, rows, transposed: true) : c[(m * k)..];
            return [.. whole.Zip(rest, (a, b) => a + b)];
        }

        Complex[] Left(Complex[] a, int width, double[] rows, bool transposed) =>
            rows.Length == 0 ? a : [.. a.Select((_, i) => Sum(m, c => (transposed ? rows[(c * m) + (i / width)] : rows[(i / width * m) + c]) * a[(c * width) + (i % width)]))];
    }

    private static void Track(int k, int n, double[] acc, double[] q)
    {
        double[] span = [.. SoapReference.Orthonormal(Enumerable.Range(0, k).Select(i => acc[(i * n)..((i + 1) * n)])).SelectMany(row => row)];
        double Along(double[] a, int i, double[] b, int j) => Sum(n, c => a[(i * n) + c] * b[(j * n) + c]);
        double[] b = [.. Enumerable.Range(0, k * k).Select(e => Sum(k, c => Along(span, e / k, acc, c) * Along(q, c, span, e % k)))], z = new double[k * k];
        EigenRows.TryCompute<double>(b, k, z);
        double[] next = [.. Enumerable.Range(0, k * n).Select(e => Sum(k, c => z[(e / n * k) + c] * span[(c * n) + (e % n)]))];
        double[] moved = [.. Enumerable.Range(0, k * n).Select(e => Sum(k, c => Along(next, e / n, q, c) * acc[(c * n) + (e % n)]))];
        moved.CopyTo(acc, 0);
        next.CopyTo(q, 0);
    }

    private static double[] Prior(BasisBlock<double> start, double[] rows, int k)
    {
        (int m, int n, int r) = (start.Block.Rows, start.Block.Columns, start.Rank);
        double rest = start.Rest.ToArray().Sum() * n;
        double[] prior = start.Prior.ToArray(), right = start.Right.ToArray();
        double[] values = [.. Enumerable.Range(0, k).Select(j =>
        {
            double[] squares = [.. Enumerable.Range(0, r).Select(i => n == 1 ? 1 : Math.Pow(rows.Length == 0 ? right[(j * r) + i] : Sum(n, c => rows[(j * n) + c] * right[(c * r) + i]), 2))];
            return (squares.Select((s, i) => s * Sum(m, c => prior[(c * r) + i])).Sum() + (n > r ? Math.Max(0, 1 - squares.Sum()) * rest / (n - r) : 0)) / m;
        })];
        return [.. values, rest / m / n];
    }

    private static Complex Normalized(ReferenceIterate x, Complex g, double prior, double trustRegion, int m, int v, int every)
    {
        int t = (x.Age / every) + 1;
        Complex b1 = ReferenceIterate.Power(x["momentum"], every), b2 = ReferenceIterate.Power(x["averaging"], every), weight = x["prior_weight"] * ReferenceIterate.Power(b2, t);
        x.State[m] = (b1 * x.State[m]) + ((1 - b1) * g);
        x.State[v] = (b2 * x.State[v]) + ((1 - b2) * g * g);
        Complex second = (x.State[v] + (weight * prior)) / (1 - ReferenceIterate.Power(b2, t) + weight);
        Complex root = second.Real <= 0 ? 0 : Complex.Exp(x["exponent"] * Complex.Log(second));
        Complex n = ((b1 * x.State[m]) + ((1 - b1) * g)) / (1 - ReferenceIterate.Power(b1, t)) / (root + 1e-8);
        return Math.Abs(n.Real) > trustRegion ? Math.Sign(n.Real) * trustRegion : n;
    }

    private static double[] Real(Complex[] z) => [.. z.Select(c => c.Real)];

    private static Complex Sum(int n, Func<int, Complex> term) => Enumerable.Range(0, n).Aggregate(Complex.Zero, (sum, k) => sum + term(k));

    private static double Sum(int n, Func<int, double> term) => Enumerable.Range(0, n).Sum(term);
}
