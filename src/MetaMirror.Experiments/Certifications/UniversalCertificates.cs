using System.Numerics;
using MetaMirror.Certificates;
using MetaMirror.Descents;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Experiments.Certifications;

/// <summary>The universal certificate for every row of a convex comparison: its optimizer's first run once more, with full gradients beside it.</summary>
internal static class UniversalCertificates
{
    /// <summary>One summary per contender; null all along where the loss is not known to be convex.</summary>
    /// <param name="task">The held-out task.</param>
    /// <param name="measurement">Steps and batches.</param>
    /// <param name="contenders">The optimizers, each at one setting.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static CertificateSummary?[] Of<T>(
        MeasuredTask<T> task, Measurement measurement, IReadOnlyList<Contender<T>> contenders, ulong seed, CancellationToken cancellationToken)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var summaries = new CertificateSummary?[contenders.Count];
        for (int i = 0; i < summaries.Length; i++)
        {
            var problem = new InnerProblem<T>(task.Task, contenders[i].Rule, contenders[i].Start, new Unroll(measurement.Steps, measurement.FullBatch));
            var certification = new RunCertification<T>(problem, contenders[i].MetaFor(problem.Descent.Objective));
            if (!certification.Curvature.IsConvex)
                return summaries;
            RunCertificationResult result = certification.Run(new BatchKey(seed, 0, 0, (uint)task.Number), cancellationToken);
            Certificate certificate = result.Certificates.Single(c => c.Name == new UniversalLastIterate().Name);
            summaries[i] = new CertificateSummary(certificate.Bound, certificate.Measured, certificate.Verdict) { Certificate = certificate };
        }

        return summaries;
    }
}
