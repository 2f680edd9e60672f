using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>All theorems about runs. A new one is one file and one line here.</summary>
public static class RunCertificates
{
    /// <summary>In the order in which they are shown.</summary>
    public static ImmutableArray<RunCertificate> All { get; } =
    [
        new LinearizedRegret(),
        new WeightedRegret(),
        new AverageIterate(),
        new TrustRegionInAdvance(),
        new LastIterate(),
        new LinearDecay(),
        new NormalizedSteps(),
        new SmoothDescent(),
        new SmoothTrustRegion(),
        new HeavyBallRegret(),
        new MomentumRegret(),
        new OptimisticRegret(),
        new DeployedOptimizer(),
        new DeployedInAdvance(),
        new ChangingMetricRegret(),
        new AdaGradRegret(),
        new UniversalAverage(),
        new UniversalLastIterate(),
        new GradientAtEnd(),
        new PopulationAverage(),
        new PopulationConfidence(),
        new PopulationRegret(),
    ];

    /// <summary>Every certificate whose formula is of the run's kind, refused ones included.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">Name of its task.</param>
    public static ImmutableArray<Certificate> Of(CertifiedRun run, string task = "") =>
        [.. All.Where(c => c.Concerns(run)).Select(c => c.Certify(run, task))];
}
