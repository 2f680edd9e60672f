namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8, an m-strongly convex loss (L2 regularization makes it so): l(x) - l_* &lt;= ||grad l(x)||^2 / (2 m) at any x, here the last point whose gradient was seen; in the 2-norm.
/// </summary>
public sealed class GradientAtEnd : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "gradient-at-end";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Curvature.StrongConvexity > 0;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) =>
        $"the excess loss of the last iterate before the last step over {(run.Comparator.IsConstrained ? run.Comparator.Name : "the minimum")}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        Premise.Test(run.Curvature.StrongConvexity > 0, "the loss is strongly convex", run.Curvature.StrongConvexity, "the objective states m; margin: m"),
        .. run.Comparator.Premises,
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => run.Sums.LastGradientNorm * run.Sums.LastGradientNorm / (2 * run.Curvature.StrongConvexity);

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Sums.Count > 0 ? run.Excess(run.Sums.Losses[^1]) : null;

    /// <inheritdoc/>
    protected override string Note(CertifiedRun run) => "it holds for any optimizer";
}
