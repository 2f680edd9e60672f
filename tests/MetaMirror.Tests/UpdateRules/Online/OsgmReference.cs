using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Online;

/// <summary>
/// OSGM-Best by the lines of its authors' code, for the diagonal candidate set: class OSGMOptimizer in algorithms/osgm.py of github.com/udellgroup/osgm-best-hypergrad at 9a2b664
/// (branch new-osgm-exp, 28 June 2025; named in its notes as the implementation of arXiv 2505.23081 and 2509.11007). Left out: omega, which they hold at 0, and the first estimate of L.
/// </summary>
internal sealed class OsgmReference(double lEst, OsgmOptions options, int maxIter)
{
    private readonly double _firstL = lEst;
    private double _lEst = lEst;

    public delegate double Oracle(double[] x, double[]? g);

    public required double[] X { get; set; }

    public required double[] XPrev { get; set; }

    public required double[] P { get; set; }

    public required double[] G { get; set; }

    public double Beta { get; set; } = options.InitialMomentum;

    public double Gm { get; set; }

    public double LrP { get; set; } = 1 / lEst;

    /// <summary>A schedule's factor on P; they have none.</summary>
    public double Scale { get; init; } = 1;

    public List<double> LGuesses { get; set; } = [];

    public int MonotoneSteps { get; set; }

    public int Iterations { get; set; }

    public bool IsLEstDynamic { get; private set; } = true;

    public double LEst => _lEst;

    public int NullSteps { get; private set; }

    public int LookAheads { get; private set; }

    public int Gradients { get; private set; }

    public static OsgmReference At(double[] start, OsgmOptions options, int maxIter, double scale = 1) => new(1 / options.LearningRate, options, maxIter)
    {
        Scale = scale, X = [.. start], XPrev = [.. start], P = new double[start.Length], G = new double[start.Length],
    };

    /// <summary>The time after L is known.</summary>
    public void Know(double l) => (_lEst, IsLEstDynamic) = (l, false);

    /// <summary>One pass of the loop. f is called for values and for gradients; g and fval at x are taken anew, since the batch may be another one.</summary>
    public void Step(Oracle f)
    {
        int n = X.Length;
        double[] g = new double[n], gtmp = new double[n], mmtm = [.. X.Zip(XPrev, (a, b) => a - b)];
        double fval = f(X, g);
        Iterations++;
        double[] xtmp = [.. Enumerable.Range(0, n).Select(i => X[i] - (Scale * P[i] * g[i]) + (Beta * mmtm[i]))];
        double ftmp = f(xtmp, gtmp);
        Gradients += 2;

        double[] xLookahead = xtmp;
        double fvaltmp = ftmp;
        bool useLookahead = !IsLEstDynamic;
        if (useLookahead && Norm(gtmp) > 2.0 * Norm(g))
        {
            (xLookahead, fvaltmp) = LineSearch(f, ftmp, xtmp, gtmp);
            LookAheads++;
        }

        bool isDescentStep = fvaltmp <= fval;
        double tau = 0.5 * _lEst * _lEst, diffNormSqr = Math.Pow(Norm(mmtm), 2), gnormEps = IsLEstDynamic ? 1e-12 : 0.5 * tau * diffNormSqr, scale = Math.Pow(Norm(g), 2) + gnormEps;
        double gm = gtmp.Zip(mmtm, (a, b) => a * b).Sum() / scale;
        Gm += gm * gm;
        for (int i = 0; i < n; i++)
        {
            double gr = -Scale * gtmp[i] * g[i] / scale;
            G[i] += gr * gr;
            P[i] -= LrP * gr / (Math.Sqrt(G[i]) + 1e-12);
            P[i] = Math.Min(Math.Max(P[i], 0.0 / _lEst), 1e+05 / _lEst);
        }

        Beta -= options.MomentumRate * Math.Min(1.0, _lEst) * gm / (Math.Sqrt(Gm) + 1e-12);
        Beta = Math.Max(0.0, Math.Min(Beta, 0.9995));

        XPrev = X;
        if (isDescentStep)
        {
            double[] diff = [.. xtmp.Zip(X, (a, b) => a - b)];
            if (Norm(diff) > 1e-03)
                LGuesses.Add(Norm([.. gtmp.Zip(g, (a, b) => a - b)]) / Norm(diff));
            X = xLookahead;
            MonotoneSteps++;
        }
        else
        {
            NullSteps++;
            MonotoneSteps = Math.Max(MonotoneSteps - 2, 0);
        }

        if (IsLEstDynamic && MonotoneSteps > Math.Max(Math.Min(maxIter / 4.0, 200), 20))
        {
            Know(LGuesses.Average());
            LGuesses = [];
            LrP = 1.0 / _lEst;
            Array.Clear(G);
        }

        if (Iterations % 50 == 49 && IsLEstDynamic)
            LrP = Math.Max(0.8 * LrP, 1e-03 / _firstL);
    }

    private (double[] X, double F) LineSearch(Oracle f, double fval, double[] x, double[] g)
    {
        double gnormSqr = Scale * g.Zip(P, (a, p) => a * p * a).Sum(), eta = 1.0;
        while (eta > 1e-06)
        {
            double[] xNew = [.. Enumerable.Range(0, x.Length).Select(i => x[i] - (eta * Scale * P[i] * g[i]))];
            double fvalNew = f(xNew, null);
            Gradients++;
            if (fvalNew <= fval - (0.5 * eta * gnormSqr))
                return (xNew, fvalNew);
            eta *= 0.8;
        }

        return (x, fval);
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(v => v * v));
}
