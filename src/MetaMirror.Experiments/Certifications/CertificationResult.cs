using System.Collections.Immutable;
using MetaMirror.Certificates;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Certifications;

/// <summary>What can be said of a learned optimizer.</summary>
/// <param name="Optimizer">Its name.</param>
/// <param name="Plan">Name of the plan.</param>
/// <param name="Certificates">All, refused ones included: per held-out task L0 to L2, then L3 and L4.</param>
public sealed record CertificationResult(string Optimizer, string Plan, ImmutableArray<Certificate> Certificates)
{
    /// <summary>Master seed of its runs.</summary>
    public ulong Seed { get; init; }

    /// <summary>The data sets known by name that its tasks are made of, and which part of each was read.</summary>
    public ImmutableArray<DataUse> Data { get; init; } = [];

    /// <summary>What a person should know beside them.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
