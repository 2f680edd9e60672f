using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>One theorem about runs: its premises, its bound, what it bounds. Variants are one file each; <see cref="RunCertificates"/> lists them.</summary>
public abstract class RunCertificate
{
    /// <summary>What it speaks about.</summary>
    public abstract CertificateLevel Level { get; }

    /// <summary>Short name, e.g. <c>last-iterate</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether its formula is of this run's kind at all (momentum, hints, schedule); if not there is nothing to refuse. Default: true.</summary>
    public virtual bool Concerns(CertifiedRun run) => true;

    /// <summary>Certifies a run, or refuses it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Name of its task.</param>
    public Certificate Certify(CertifiedRun run, string task = "")
    {
        ArgumentNullException.ThrowIfNull(run);
        ImmutableArray<Premise> premises = [RunPremises.Completed(run), .. Premises(run)];
        return new Certificate(Level, Name, Statement(run), premises, () => Bound(run), Measured(run))
        {
            Task = task,
            Note = Note(run),
            FailureProbability = FailureProbability,
            Slack = IsSum ? (run.Sums.Steps + 1) * run.Rounding : run.Rounding,
        };
    }

    /// <summary>Whether a sum over all steps is bounded, with the rounding of each. Default: for regrets, L0 and L1.</summary>
    private protected virtual bool IsSum => Level != CertificateLevel.L2;

    /// <summary>The probability with which the bound may fail though all premises hold. Default: 0.</summary>
    private protected virtual double FailureProbability => 0;

    /// <summary>What is bounded, in words.</summary>
    protected abstract string Statement(CertifiedRun run);

    /// <summary>Its premises on this run.</summary>
    protected abstract IEnumerable<Premise> Premises(CertifiedRun run);

    /// <summary>The bound.</summary>
    protected abstract double Bound(CertifiedRun run);

    /// <summary>What it bounds, measured; null where it was not.</summary>
    protected abstract double? Measured(CertifiedRun run);

    /// <summary>What to add to the verdict. Default: that mini-batches are meant, if they are.</summary>
    protected virtual string Note(CertifiedRun run) => run.Source == GradientSource.MiniBatches
        ? "it is about the mini-batches seen; about the full loss it holds in expectation, and only if the steps do not depend on the batch they are taken on"
        : "";
}
