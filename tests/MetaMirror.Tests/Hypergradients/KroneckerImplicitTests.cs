using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Hypergradients;

/// <summary>R8 of PAPERS section 9: implicit gradients of MetaMD v2's reconstruction through whole runs, by the estimators themselves.</summary>
public sealed class KroneckerImplicitTests
{
    /// <summary>The numbers are printed to 12 digits.</summary>
    private const double Printed = 1e-11;

    private static readonly double[] L = [2, .5, .5, 1], R = [1, .2, 0, .2, 1.5, -.3, 0, -.3, .8];
    private static readonly double[] A = [1, .3, .3, 2], S = [1, 0, .2, 0, 2, 0, .2, 0, .5], W0 = [1, 0, -1, 0, 1, .5];

    public static TheoryData<int?, double[], double[]> Terms => new()
    {
        {
            null,
            [-.162451358444, -.0471959560734, -.0471959560734, -.13879697026],
            [-.254771398159, -.0754783126159, .155109435448, -.0754783126159, -.0949445164371, .000985933492514, .155109435448, .000985933492514, -.103655731579]
        },
        {
            0,
            [-.0110822784302, .00689278221424, .00689278221424, -.0886141939508],
            [-.0182283377509, -.0123351394563, .00210463218134, -.0123351394563, -.0558382229051, -.0252339586487, .00210463218134, -.0252339586487, -.0151332698688]
        },
        {
            5,
            [-.0507973011009, -.0102367425147, -.0102367425147, -.138283301952],
            [-.0974603381163, -.0380276718979, .0303873936316, -.0380276718979, -.0858942139107, -.0282639631204, .0303873936316, -.0282639631204, -.0319503709993]
        },
    };

    [Theory]
    [MemberData(nameof(Terms))]
    public void R8_Indirect_gradients_of_both_factors(int? repeats, double[] dL, double[] dR)
    {
        ArgumentNullException.ThrowIfNull(dL);
        ArgumentNullException.ThrowIfNull(dR);
        var layout = new ParameterLayout(("w", [2, 3]));
        var rule = new MirrorDescent<double>(KroneckerDivergence<double>.FromFactors(layout, [new("w", [.. L], [.. R])]), .2);
        var problem = new TrialProblem(
            rule, new RelaxedRegretBound<double>(0), 2, fullBatch: true, start: new double[6], objective: () => Sandwich(layout));
        foreach (Hypergradient<double> mode in repeats is { } count
                     ? (Hypergradient<double>[])[new ImplicitMode<double>(ImplicitMethod.Neumann, count, 0), new ImplicitMode<double>(ImplicitMethod.FixedPoint, count + 1, 0)]
                     : [new ImplicitMode<double>(ImplicitMethod.Neumann, 5000, 1e-14), new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 200, 1e-14)])
        {
            (double[] total, double[] direct, HypergradientReport report) = problem.Compute(mode);
            Assert.True(report.Succeeded, report.Verdict);
            double[] indirect = [.. total.Zip(direct, (t, d) => t - d)];
            double[] meta = problem.Meta.Natural.ToArray();

            // The printed matrices are derivatives in L and R as given; the gauge keeps tr R = 3: L' = tau L, R' = R / tau with tau = tr R / 3.
            const double tau = 3.3 / 3;
            double along = Vectors.Dot<double>(dR, R);
            double[] projected = [.. dR.Select(x => x * tau)];
            for (int i = 0; i < 3; i++)
                projected[i * 4] -= along / 3;
            TrialProblem.AssertClose(InCholesky([.. dL.Select(x => x / tau)], meta[..3], 2), indirect.AsSpan(..3), Printed, $"{mode.Name}, L");
            TrialProblem.AssertClose(InCholesky(projected, meta[3..9], 3), indirect.AsSpan(3..9), Printed, $"{mode.Name}, R");
        }
    }

    /// <summary>1/2 tr((W - W0)^T A (W - W0) S): gradient A (W - W0) S, Hessian A kron S.</summary>
    private static QuadraticObjective<double> Sandwich(ParameterLayout layout)
    {
        double[] h = new double[36], b = new double[6];
        for (int i = 0; i < 6; i++)
        {
            for (int j = 0; j < 6; j++)
                h[(i * 6) + j] = A[(i / 3 * 2) + (j / 3)] * S[(i % 3 * 3) + (j % 3)];
        }

        Gemm.MultiplyVector(false, 6, 6, 1.0, h, W0, 0.0, b);
        return new QuadraticObjective<double>(h, b, 0, layout);
    }

    /// <summary>Lower part of 2 F C for a symmetric gradient F in C C^T: the diagonal, then the rest by rows.</summary>
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
}
