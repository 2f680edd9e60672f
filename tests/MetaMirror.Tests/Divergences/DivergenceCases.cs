using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>A divergence under contract, with its independent reference.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Double">In double.</param>
/// <param name="Single">In float.</param>
/// <param name="Reference">Scalar loop over complex numbers.</param>
/// <param name="Oracle">Potential for the numerical mirror step at given meta-parameters; null where phi is not smooth or is itself numerical.</param>
internal sealed record DivergenceCase(
    string Name, Func<Divergence<double>> Double, Func<Divergence<float>> Single, ScalarReference Reference, Func<double[], Potential<double>>? Oracle = null)
{
    public static ParameterLayout Layout { get; } = new(("0.weight", [2, 2]), ("0.bias", [3]));

    public bool IsMax => Double() is MaxOfDiagonals<double>;

    public int MetaLength => Double().MetaSpecs(Layout).Sum(s => s.Length);

    public double[] DrawMeta(ref RandomStream stream) => Draws.Positive(ref stream, MetaLength);

    /// <summary>A point of the domain.</summary>
    public double[] DrawPoint(ref RandomStream stream)
    {
        if (Double().Domain == DivergenceDomain.Everywhere)
            return Draws.Normal(ref stream, Layout.Length);
        double[] x = Draws.Positive(ref stream, Layout.Length);
        Normalize(x);
        return x;
    }

    public static void Normalize(double[] x)
    {
        foreach (ParameterBlock block in Layout.Blocks)
            BregmanProjections.OntoSimplexInEntropy(x.AsSpan(block.Offset, block.Length));
    }
}

internal static class DivergenceCases
{
    private static readonly (int First, int Length)[] Blocks = [.. DivergenceCase.Layout.Blocks.Select(b => (b.Offset, b.Length))];

    private static int Block(int i) => i < Blocks[1].First ? 0 : 1;

    private static double[] Expand(Func<int, double> entry) => [.. Enumerable.Range(0, DivergenceCase.Layout.Length).Select(entry)];

    private static Complex SoftMin(Complex[] p) => -Complex.Log(p.Aggregate(Complex.Zero, (sum, x) => sum + Complex.Exp(-3 * x))) / 3;

    private static Complex PNorm(Complex[] p) => Complex.Pow(p.Aggregate(Complex.Zero, (sum, x) => sum + Complex.Pow(x, -8)), -1.0 / 8);

    private static DivergenceCase Max(string name, int components, Center center, MaxStep step) => new(
        $"{name}-{components}", () => new MaxOfDiagonals<double>(components, center: center, step: step), () => new MaxOfDiagonals<float>(components, center: center, step: step),
        new MaxReference(components, center == Center.Start, step == MaxStep.Exact));

    private static DivergenceCase Diagonal(string name, StrongConvexityEstimate? lambda, Func<Complex[], Complex>? reference) => new(
        name, () => new DiagonalQuadratic<double>(1, lambda), () => new DiagonalQuadratic<float>(1, lambda), new DiagonalReference(i => i, reference),
        meta => new QuadraticPotential(meta));

    private static DivergenceCase Factored(string name, Func<Divergence<double>> wide, Func<Divergence<float>> narrow, FactoredReference reference) =>
        new(name, wide, narrow, reference, meta => new MatrixPotential(reference.Metric(meta)));

    private static DivergenceCase Kronecker(string name, FactorKind left, FactorKind right)
    {
        var options = new KroneckerOptions { Left = left, Right = right, Rank = 1 };
        return Factored(name, () => new KroneckerDivergence<double>(options), () => new KroneckerDivergence<float>(options), new(meta => FactoredReference.Kronecker(meta, left, right)));
    }

    /// <summary>The table: a new divergence joins by one line.</summary>
    public static IReadOnlyList<DivergenceCase> All { get; } =
    [
        new("scaled-identity", () => new ScaledIdentity<double>(), () => new ScaledIdentity<float>(), new DiagonalReference(_ => 0), meta => new QuadraticPotential(Expand(_ => meta[0]))),
        new("block-scaled", () => new BlockScaled<double>(), () => new BlockScaled<float>(), new DiagonalReference(Block), meta => new QuadraticPotential(Expand(i => meta[Block(i)]))),
        Diagonal("diagonal", lambda: null, reference: null),
        Diagonal("diagonal-printed-lambda", StrongConvexityEstimate.PrintedMinimum, meta => Complex.Sqrt(meta.MinBy(x => x.Real))),
        Diagonal("diagonal-p-norm", StrongConvexityEstimate.PNorm(8), PNorm),
        Diagonal("diagonal-soft-min", StrongConvexityEstimate.SoftMin(3), SoftMin),
        Max("max-exact-start", 1, Center.Start, MaxStep.Exact),
        Max("max-exact-start", 2, Center.Start, MaxStep.Exact),
        Max("max-exact-start", 3, Center.Start, MaxStep.Exact),
        Max("max-exact-start", 5, Center.Start, MaxStep.Exact),
        Max("max-exact-origin", 2, Center.Origin, MaxStep.Exact),
        Max("max-exact-origin", 3, Center.Origin, MaxStep.Exact),
        Max("max-printed-start", 3, Center.Start, MaxStep.Printed),
        Max("max-printed-origin", 3, Center.Origin, MaxStep.Printed),
        Kronecker("kronecker", FactorKind.Dense, FactorKind.Dense),
        Kronecker("kronecker-diagonal", FactorKind.Diagonal, FactorKind.Diagonal),
        Kronecker("kronecker-low-rank", FactorKind.LowRank, FactorKind.LowRank),
        Kronecker("kronecker-dense-low-rank", FactorKind.Dense, FactorKind.LowRank),
        Kronecker("kronecker-right-only", FactorKind.Identity, FactorKind.Dense),
        Kronecker("kronecker-left-only", FactorKind.LowRank, FactorKind.Identity),
        Factored("full-matrix", () => new FullMatrixDivergence<double>(), () => new FullMatrixDivergence<float>(), new(meta => FactoredReference.Dense(meta, DivergenceCase.Layout.Length))),
        new("negative-entropy", () => new NegativeEntropy<double>(), () => new NegativeEntropy<float>(), new EntropyReference(Blocks), _ => new EntropyPotential()),
        new("numerical-quartic", () => new NumericalMirrorStep<double>(new QuarticPotential<double>()), () => new NumericalMirrorStep<float>(new QuarticPotential<float>()), new QuarticReference()),
    ];

    public static DivergenceCase Named(string name) => All.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public static TheoryData<string> Exact => [.. All.Where(c => c.Double().IsExactMirrorStep).Select(c => c.Name)];

    public static TheoryData<string> WithOracle => [.. All.Where(c => c.Oracle is not null).Select(c => c.Name)];
}
