using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>Reference numbers of PAPERS section 9 for the Kronecker and the full metric: R7, R8, R9; and L0 as an identity.</summary>
public sealed class FactoredReferenceNumberTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly double[] H2 = [2, .5, .5, 1];
    private static readonly double[] R = [1, .2, 0, .2, 1.5, -.3, 0, -.3, .8];
    private static readonly double[] A = [1, .3, .3, 2];
    private static readonly double[] S = [1, 0, .2, 0, 2, 0, .2, 0, .5];
    private static readonly double[] W0 = [1, 0, -1, 0, 1, .5];

    private static readonly double[] Final = [.167493497151, -.17871348174, -.167603864387, -.0705010362172, .889682539005, .503374570316];

    [Fact]
    public void R7_Two_Kronecker_Steps_With_Bregman_Lambda_And_Their_Gradients()
    {
        DivergenceHarness<double> run = Run();
        Close([.0982666313279, -.142761728068, -.114964219454, -.0818234826398, .674831698913, .386276172807], Stepped(run));
        Close(Final, Stepped(run));
        Close([-.686975112373, -.423617440077, .245972890611, -.339460427026, -.548497933024, .0500831860003], Gradient(run.Theta));
        Close([.512205287322, .533161014435], [run.Bregman(run.Theta, new double[6]), run.Divergence.StrongConvexity(run.Context)]);

        double[] aPoint = new double[6], aMeta = new double[run.Meta.Length];
        run.Divergence.AddBregmanGradient(run.Context, run.Theta, new double[6], 1, aPoint, [], aMeta);
        Close([.317219337397, .216124887358, -.0930406467002, .173310871985, 1.07726604824, .0955603710575], aPoint);

        double[] dL = [.0342447490974, -.106877279383, -.106877279383, .55059306851];
        double[] dR = [.0246350370872, -.0208912351316, -.0217847184705, -.0208912351316, .348206886566, .194106339629, -.0217847184705, .194106339629, .112600272768];
        AssertGauged(dL, dR, run.Meta, aMeta);
    }

    [Fact]
    public void R7_Gradients_In_Both_Factors_Where_The_Other_Is_The_Identity()
    {
        // Without a gauge the Cholesky gradient is that of the factor as given; L = I and R = I are other problems than R7, checked against 1/2 D D^T and 1/2 D^T D.
        var layout = new ParameterLayout(("w", [2, 3]));
        var left = KroneckerDivergence<double>.FromFactors(layout, [new("w", [.. H2], [])], new KroneckerOptions { Right = FactorKind.Identity });
        var right = KroneckerDivergence<double>.FromFactors(layout, [new("w", [], [.. R])], new KroneckerOptions { Left = FactorKind.Identity });
        double[] dL = new double[4], dR = new double[9];
        Gemm.Multiply<double>(false, true, 2, 2, 3, .5, Final, Final, 0, dL);
        Gemm.Multiply<double>(true, false, 3, 3, 2, .5, Final, Final, 0, dR);
        foreach ((KroneckerDivergence<double> divergence, double[] expected, int n) in new[] { (left, dL, 2), (right, dR, 3) })
        {
            DivergenceHarness<double> harness = KroneckerDivergenceTests.Started(divergence, layout, Final);
            double[] aMeta = new double[harness.Meta.Length];
            harness.Divergence.AddBregmanGradient(harness.Context, Final, new double[6], 1, [], [], aMeta);
            Close(InCholesky(expected, harness.Meta, n), aMeta);
        }
    }

    public static TheoryData<string, double[], double[], double[]> Indirect => new()
    {
        {
            "exact", [4.034, 3.23, -3.055, 1.312, 2.4, -.682],
            [-.162451358444, -.0471959560734, -.0471959560734, -.13879697026],
            [-.254771398159, -.0754783126159, .155109435448, -.0754783126159, -.0949445164371, .000985933492514, .155109435448, .000985933492514, -.103655731579]
        },
        {
            "J = 0", [.317219337397, .216124887358, -.0930406467002, .173310871985, 1.07726604824, .0955603710575],
            [-.0110822784302, .00689278221424, .00689278221424, -.0886141939508],
            [-.0182283377509, -.0123351394563, .00210463218134, -.0123351394563, -.0558382229051, -.0252339586487, .00210463218134, -.0252339586487, -.0151332698688]
        },
        {
            "J = 5", [1.52321345348, .978475272786, -.582899801899, .679906848234, 1.82236530708, -.0405644474981],
            [-.0507973011009, -.0102367425147, -.0102367425147, -.138283301952],
            [-.0974603381163, -.0380276718979, .0303873936316, -.0380276718979, -.0858942139107, -.0282639631204, .0303873936316, -.0282639631204, -.0319503709993]
        },
    };

    [Theory, MemberData(nameof(Indirect))]
    public void R8_Indirect_Gradients_Are_The_Cotangents_Of_A_Step(string terms, double[] p, double[] dL, double[] dR)
    {
        Assert.NotEmpty(terms);
        DivergenceHarness<double> run = Run();
        Stepped(run);
        Stepped(run);
        double[] aTheta = [.. p], aMeta = new double[run.Meta.Length];
        run.Divergence.StepVjp(run.Context, .2, Gradient(run.Theta), run.Theta, [], aTheta, [], new double[6], aMeta, new double[1]);
        AssertGauged(dL, dR, run.Meta, aMeta);
    }

    [Fact]
    public void R7_Total_Derivative_Of_Bregman_By_The_Reverse_Loop_Equals_Differences()
    {
        DivergenceHarness<double> run = Run();
        double[][] states = [[.. run.Theta], [.. Stepped(run)], [.. Stepped(run)]];
        double[] a = new double[6], total = new double[run.Meta.Length];
        run.Divergence.AddBregmanGradient(run.Context, states[2], states[0], 1, a, [], total);
        for (int t = 1; t >= 0; t--)
        {
            double[] aG = new double[6], aEta = new double[1];
            run.Divergence.StepVjp(run.Context, .2, Gradient(states[t]), states[t], [], a, [], aG, total, aEta);

            // The Hessian maps X to A X S: the gradient at W0 + X.
            double[] product = Gradient([.. W0.Zip(aG, (w, x) => w + x)]);
            a = [.. a.Zip(product, (x, h) => x + h)];
        }

        const double step = 1e-5;
        for (int i = 0; i < total.Length; i++)
            Assert.Equal((At(i, step) - At(i, -step)) / (2 * step), total[i], 1e-9);

        double At(int index, double h)
        {
            DivergenceHarness<double> moved = Run();
            moved.Meta[index] += h;
            Stepped(moved);
            return moved.Bregman(Stepped(moved), new double[6]);
        }
    }

    [Fact]
    public void R9_Bound_Of_The_Full_Metric_From_Statistics()
    {
        // U(Q) = 1/2 tr(QA) + 1/2 tr(Q^-1 G): Bregman sums and dual norms over the rows of roots of A and G.
        double[] q = [.754286211957, -.311252717534, -.311252717534, 1.83802436614];
        Close([3.03534407252], [Bound(q)]);
        Close([3.14626436994], [Bound([.707106781187, 0, 0, 1.73205080757])]);
        Close([3.46410161514], [Bound([1.15470053838, 0, 0, 1.15470053838])]);
        DivergenceHarness<double> harness = Full(q);
        harness.Step(1, [1, 0]);
        Close([-1.42535746386, -.241371329053], harness.Theta);

        // Q is a stationary point: the gradient of the bound in the Cholesky factor vanishes.
        double[] aMeta = new double[3];
        foreach (double[] d in Rows(H2))
            harness.Divergence.AddBregmanGradient(harness.Context, d, [0, 0], 1, [], [], aMeta);
        foreach (double[] g in Rows([1, -.3, -.3, 3]))
            harness.Divergence.AddDualNormSquaredGradient(harness.Context, g, .5, [], aMeta);
        Close([1, 1, 1], [.. aMeta.Select(x => 1 + x)]);
    }

    [Fact]
    public void L0_Linearized_Regret_Of_A_Factored_Metric_Is_An_Identity()
    {
        // sum <g_t, theta_t - u> = B(u||theta_1)/eta - B(u||theta_{T+1})/eta + eta/2 sum ||g_t||_*^2 for every u (PAPERS 1.1).
        RandomStream stream = Draws.Stream(220);
        var layout = new ParameterLayout(("w", [3, 4]), ("b", [3]));
        const double eta = .05;
        for (int problem = 0; problem < 40; problem++)
        {
            var factors = new KroneckerFactors("w", [.. KroneckerDivergenceTests.Spd(ref stream, 3)], [.. KroneckerDivergenceTests.Spd(ref stream, 4)]);
            double[] near = Draws.Normal(ref stream, layout.Length), start = Draws.Normal(ref stream, layout.Length), u = Draws.Normal(ref stream, layout.Length);
            Divergence<double> divergence = problem % 2 == 0
                ? KroneckerDivergence<double>.FromFactors(layout, [factors, new("b", [.. Draws.Positive(ref stream, 3)], [])])
                : FullMatrixDivergence<double>.FromMetric(KroneckerDivergenceTests.Spd(ref stream, layout.Length), layout.Length);
            DivergenceHarness<double> harness = KroneckerDivergenceTests.Started(divergence, layout, start);
            var loss = new ConvexProblem(problem / 2 % ConvexProblem.Kinds.Count, layout.Length, near, ref stream);
            double linearized = 0, norms = 0, regret = 0, best = loss.Evaluate(u, new double[u.Length]);
            for (int t = 0; t < 25; t++)
            {
                double[] g = new double[u.Length];
                regret += loss.Evaluate(harness.Theta, g) - best;
                linearized += Vectors.Dot<double>(g, [.. harness.Theta.Zip(u, (x, y) => x - y)]);
                norms += harness.Divergence.DualNormSquared(harness.Context, g);
                harness.Step(eta, g);
            }

            double bound = (harness.Bregman(u, start) / eta) + (eta / 2 * norms), end = harness.Bregman(u, harness.Theta) / eta;
            Assert.Equal(linearized, bound - end, 1e-12 * (bound + end + Math.Abs(linearized)));
            Assert.True(regret <= bound * (1 + 1e-12));
        }
    }

    /// <summary>The printed matrices are derivatives in L and R as given; the gauge makes them L' = tau L and R' = R / tau, tau = tr R / 3, and takes from the second its part along R.</summary>
    private static void AssertGauged(double[] dL, double[] dR, double[] meta, double[] aMeta)
    {
        const double tau = 3.3 / 3;
        Close(InCholesky([.. dL.Select(x => x / tau)], meta[..3], 2), aMeta[..3]);
        double along = Vectors.Dot<double>(dR, R);
        double[] projected = [.. dR.Select(x => x * tau)];
        for (int i = 0; i < 3; i++)
            projected[i * 4] -= along / 3;
        Close(InCholesky(projected, meta[3..], 3), aMeta[3..]);
    }

    private static DivergenceHarness<double> Run()
    {
        var layout = new ParameterLayout(("w", [2, 3]));
        return KroneckerDivergenceTests.Started(KroneckerDivergence<double>.FromFactors(layout, [new("w", [.. H2], [.. R])]), layout, new double[6]);
    }

    private static double[] Stepped(DivergenceHarness<double> run)
    {
        run.Step(.2, Gradient(run.Theta));
        return run.Theta;
    }

    /// <summary>A (W - W0) S.</summary>
    private static double[] Gradient(double[] w)
    {
        double[] d = [.. w.Zip(W0, (x, y) => x - y)], half = new double[6], g = new double[6];
        Gemm.Multiply<double>(false, false, 2, 3, 2, 1, A, d, 0, half);
        Gemm.Multiply<double>(false, false, 2, 3, 3, 1, half, S, 0, g);
        return g;
    }

    /// <summary>Lower part of 2 F C for a symmetric gradient F in C C^T, packed like the meta-parameters.</summary>
    private static double[] InCholesky(double[] f, double[] meta, int n)
    {
        double[] c = new double[n * n], product = new double[n * n];
        for (int i = 0, p = n; i < n; i++)
        {
            c[i * (n + 1)] = meta[i];
            for (int j = 0; j < i; j++)
                c[(i * n) + j] = meta[p++];
        }

        Gemm.Multiply<double>(false, false, n, n, n, 2, f, c, 0, product);
        return [.. Enumerable.Range(0, n).Select(i => product[i * (n + 1)]), .. Enumerable.Range(0, n).SelectMany(i => product[(i * n)..((i * n) + i)])];
    }

    private static double Bound(double[] q)
    {
        DivergenceHarness<double> harness = Full(q);
        return Rows(H2).Sum(d => harness.Bregman(d, [0, 0])) + (Rows([1, -.3, -.3, 3]).Sum(g => harness.Divergence.DualNormSquared(harness.Context, g)) / 2);
    }

    private static DivergenceHarness<double> Full(double[] q) =>
        KroneckerDivergenceTests.Started(FullMatrixDivergence<double>.FromMetric(q, 2), ParameterLayout.Vector(2), [0, 0]);

    /// <summary>Vectors whose outer products add up to a.</summary>
    private static double[][] Rows(double[] a)
    {
        double[] root = new double[4];
        SymmetricMatrix.Sqrt(a, 2, root);
        return [[root[0], root[1]], [root[2], root[3]]];
    }

    private static void Close(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Printed * scale);
    }
}
