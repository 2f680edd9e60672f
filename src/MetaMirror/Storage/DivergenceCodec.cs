using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.Storage;

/// <summary>The file format's names and settings of divergences. Where a metric started is not kept: the values learned stand beside it.</summary>
internal static class DivergenceCodec<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly (string Name, StrongConvexityKind Kind)[] Estimates =
        [("min", StrongConvexityKind.MinimumSquared), ("printed-min", StrongConvexityKind.PrintedMinimum), ("p-norm", StrongConvexityKind.PNorm), ("soft-min", StrongConvexityKind.SoftMin)];

    private static readonly (string Name, Center Center)[] Centers = [("start", Center.Start), ("origin", Center.Origin)];

    private static readonly (string Name, FactorKind Kind)[] Factors =
        [("automatic", FactorKind.Automatic), ("dense", FactorKind.Dense), ("diagonal", FactorKind.Diagonal), ("low-rank", FactorKind.LowRank), ("identity", FactorKind.Identity)];

    private static readonly (string Name, MaxStep Step)[] Steps = [("exact", MaxStep.Exact), ("printed", MaxStep.Printed)];

    public static KindTable<Divergence<T>, T> Kinds { get; } = new(
        "divergence",
        Kind<Divergence<T>, T>.Of<ScaledIdentity<T>>("scaled-identity", (d, w) => Lambda(w, d.Lambda), (f, _) => new ScaledIdentity<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<BlockScaled<T>>("block-scaled", (d, w) => Lambda(w, d.Lambda), (f, _) => new BlockScaled<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<DiagonalQuadratic<T>>("diagonal", (d, w) => Lambda(w, d.Lambda), (f, _) => new DiagonalQuadratic<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<MaxOfDiagonals<T>>("max-of-diagonals", WriteMax, ReadMax),
        Kind<Divergence<T>, T>.Of<KroneckerDivergence<T>>("kronecker", WriteKronecker, ReadKronecker),
        Kind<Divergence<T>, T>.Of<FullMatrixDivergence<T>>("full-matrix", (_, _) => { }, ReadFull),
        Kind<Divergence<T>, T>.Of<NegativeEntropy<T>>("negative-entropy", (_, _) => { }, (_, _) => new NegativeEntropy<T>()));

    private static void WriteMax(MaxOfDiagonals<T> d, RuleWriter<T> w)
    {
        w.Integer("components", d.Components);
        w.Text("center", Array.Find(Centers, c => c.Center == d.Center).Name).Text("step", Array.Find(Steps, s => s.Step == d.Kind).Name);
        Lambda(w, d.Lambda);
    }

    private static MaxOfDiagonals<T> ReadMax(JsonFields f, RuleTensors<T> tensors)
    {
        int components = f.Integer("components", 1);
        string center = f.Text("center"), step = f.Text("step");
        if (!Array.Exists(Centers, c => c.Name == center) || !Array.Exists(Steps, s => s.Name == step))
            throw new StorageException($"max-of-diagonals: expected center start or origin and step exact or printed, found {Quoted.Text(center)} and {Quoted.Text(step)}");

        // Its start is as long as its metrics, so a layout that the tensors don't bear out must not be believed.
        long expected = (long)components * tensors.Layout.Length;
        if (expected > tensors.TotalCount)
            throw new StorageException($"max-of-diagonals: expected {expected} values, {components} for every parameter of the layout, found {tensors.TotalCount}");
        return new MaxOfDiagonals<T>(
            components, center: Array.Find(Centers, c => c.Name == center).Center, step: Array.Find(Steps, s => s.Name == step).Step, lambda: Lambda(f));
    }

    private static void WriteKronecker(KroneckerDivergence<T> d, RuleWriter<T> w) =>
        w.Text("left", FactorName(d.Options.Left)).Text("right", FactorName(d.Options.Right)).Integer("rank", d.Options.Rank).Integer("largestDense", d.Options.LargestDense);

    private static KroneckerDivergence<T> ReadKronecker(JsonFields f, RuleTensors<T> tensors)
    {
        FactorKind left = Factor(f, "left"), right = Factor(f, "right");
        int rank = f.Integer("rank", 1), largestDense = f.Integer("largestDense");
        try
        {
            var divergence = new KroneckerDivergence<T>(new KroneckerOptions { Left = left, Right = right, Rank = rank, LargestDense = largestDense });
            long expected = divergence.MetaLength(tensors.Layout);
            return expected <= tensors.TotalCount
                ? divergence
                : throw new StorageException($"kronecker: expected {expected} values for the factors of the layout, found {tensors.TotalCount}");
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new StorageException($"kronecker: expected settings that fit the layout, found that they do not: {e.Message}", e);
        }
    }

    private static FullMatrixDivergence<T> ReadFull(JsonFields f, RuleTensors<T> tensors)
    {
        // Its start is as long as its metric, so a layout that the tensors don't bear out must not be believed.
        long n = tensors.Layout.Length, expected = n * (n + 1) / 2;
        return n > 0 && n <= FullMatrixDivergence<T>.LargestOrder && expected <= tensors.TotalCount
            ? new FullMatrixDivergence<T>()
            : throw new StorageException($"full-matrix: expected 1 to {FullMatrixDivergence<T>.LargestOrder} parameters and {expected} values for {n}, found {tensors.TotalCount}");
    }

    private static string FactorName(FactorKind kind) => Array.Find(Factors, k => k.Kind == kind).Name;

    private static FactorKind Factor(JsonFields f, string side)
    {
        string name = f.Text(side);
        return Array.Exists(Factors, k => k.Name == name)
            ? Array.Find(Factors, k => k.Name == name).Kind
            : throw new StorageException($"kronecker, {side}: expected one of {string.Join(", ", Factors.Select(k => k.Name))}, found {Quoted.Text(name)}");
    }

    private static void Lambda(RuleWriter<T> w, StrongConvexityEstimate lambda) =>
        w.Text("lambda", Array.Find(Estimates, e => e.Kind == lambda.Kind).Name).Number("lambdaParameter", lambda.Parameter);

    private static StrongConvexityEstimate Lambda(JsonFields f)
    {
        double parameter = f.Number("lambdaParameter");
        return f.Text("lambda") switch
        {
            "min" => StrongConvexityEstimate.MinimumSquared,
            "printed-min" => StrongConvexityEstimate.PrintedMinimum,
            "p-norm" => StrongConvexityEstimate.PNorm(parameter),
            "soft-min" => StrongConvexityEstimate.SoftMin(parameter),
            var other => throw new StorageException($"lambda: expected one of {string.Join(", ", Estimates.Select(e => e.Name))}, found {Quoted.Text(other)}"),
        };
    }
}
