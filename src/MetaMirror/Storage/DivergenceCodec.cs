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

    private static readonly (string Name, MaxStep Step)[] Steps = [("exact", MaxStep.Exact), ("printed", MaxStep.Printed)];

    public static KindTable<Divergence<T>, T> Kinds { get; } = new(
        "divergence",
        Kind<Divergence<T>, T>.Of<ScaledIdentity<T>>("scaled-identity", (d, w) => Lambda(w, d.Lambda), (f, _) => new ScaledIdentity<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<BlockScaled<T>>("block-scaled", (d, w) => Lambda(w, d.Lambda), (f, _) => new BlockScaled<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<DiagonalQuadratic<T>>("diagonal", (d, w) => Lambda(w, d.Lambda), (f, _) => new DiagonalQuadratic<T>(1, Lambda(f))),
        Kind<Divergence<T>, T>.Of<MaxOfDiagonals<T>>("max-of-diagonals", WriteMax, ReadMax),
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
