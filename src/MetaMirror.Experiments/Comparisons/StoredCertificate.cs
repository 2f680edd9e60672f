using MetaMirror.Certificates;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>A row's certificate as data: a certificate itself computes its bound and cannot be written.</summary>
/// <param name="Row">Number of the row.</param>
/// <param name="Level">What it speaks about.</param>
/// <param name="Name">Name of the theorem.</param>
/// <param name="Statement">What is bounded, in words.</param>
/// <param name="Task">Name of the task.</param>
/// <param name="Premises">All premises.</param>
/// <param name="Bound">The bound; null if refused or without a finite number.</param>
/// <param name="Measured">The bounded quantity, where it was measured.</param>
/// <param name="Note">What is added to the verdict.</param>
/// <param name="RefusedNote">The same where it is refused.</param>
/// <param name="Slack">What rounding may add to the measured value.</param>
/// <param name="FailureProbability">The probability with which the bound may fail.</param>
public sealed record StoredCertificate(
    int Row, CertificateLevel Level, string Name, string Statement, string Task, IReadOnlyList<Premise> Premises,
    double? Bound, double? Measured, string Note, string RefusedNote, double Slack, double FailureProbability)
{
    /// <summary>A row's certificate.</summary>
    public static StoredCertificate Of(int row, Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new StoredCertificate(
            row, certificate.Level, certificate.Name, certificate.Statement, certificate.Task, certificate.Premises,
            certificate.Bound, certificate.Measured, certificate.Note, certificate.RefusedNote, certificate.Slack, certificate.FailureProbability);
    }

    /// <summary>The certificate.</summary>
    public Certificate ToCertificate() => new(Level, Name, Statement, [.. Premises], () => Bound ?? double.NaN, Measured)
    {
        Task = Task,
        Note = Note,
        RefusedNote = RefusedNote,
        Slack = Slack,
        FailureProbability = FailureProbability,
    };
}
