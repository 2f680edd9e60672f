namespace MetaMirror.Certificates;

/// <summary>
/// PAPERS 6.8 (e), a beta-smooth loss and c_t &lt;= 1/beta: the loss falls, and l(theta_{T+1}) - l_* &lt;= D^2 / (2 C): no gradient enters.
/// </summary>
public sealed class SmoothDescent : RunCertificate
{
    /// <inheritdoc/>
    public override CertificateLevel Level => CertificateLevel.L2;

    /// <inheritdoc/>
    public override string Name => "smooth-descent";

    /// <inheritdoc/>
    public override bool Concerns(CertifiedRun run) => run?.Sums.Form is { Momentum: MomentumForm.None } or null;

    /// <inheritdoc/>
    protected override string Statement(CertifiedRun run) => $"the excess loss of the last iterate over {run.Comparator.Name}";

    /// <inheritdoc/>
    protected override IEnumerable<Premise> Premises(CertifiedRun run) =>
    [
        RunPremises.Convex(run),
        RunPremises.FullBatches(run),
        RunPremises.StrictSteps(run),
        RunPremises.Momentum(run, MomentumForm.None),
        RunPremises.Minimizer(run),
        RunPremises.ShortSteps(run, 1, "1 / beta"),
        .. RunPremises.Comparison(run),
    ];

    /// <inheritdoc/>
    protected override double Bound(CertifiedRun run) => run.Distance * run.Distance / (2 * run.Sums.WeightSum);

    /// <inheritdoc/>
    protected override double? Measured(CertifiedRun run) => run.Excess(run.FinalLoss);
}
