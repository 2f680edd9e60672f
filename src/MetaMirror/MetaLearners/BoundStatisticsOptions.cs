namespace MetaMirror.MetaLearners;

/// <summary>What <see cref="BoundStatistics"/> keep beside the diagonal sums.</summary>
public sealed record BoundStatisticsOptions
{
    /// <summary>Gradients kept per task where they are kept: 64.</summary>
    public const int UsualGradients = 64;

    /// <summary>Factor sums of every tensor. Default true.</summary>
    public bool Factors { get; init; } = true;

    /// <summary>Factors with more rows than this are not kept. Default 1,024.</summary>
    public int LargestFactor { get; init; } = 1024;

    /// <summary>The displacement of every run: 8 n bytes each, n parameters. Default false.</summary>
    public bool Displacements { get; init; }

    /// <summary>Gradients kept per task, as a weighted sample: 8 n bytes each. Default 0; <see cref="UsualGradients"/> is usual.</summary>
    public int Gradients { get; init; }

    /// <summary>The diagonal sums alone.</summary>
    public static BoundStatisticsOptions Diagonal { get; } = new() { Factors = false };

    /// <summary>Everything that the closed forms of full and Kronecker metrics need (PAPERS 6.6).</summary>
    public static BoundStatisticsOptions Everything { get; } = new() { Displacements = true, Gradients = UsualGradients };

    /// <summary>As <see cref="Everything"/>, with fewer gradients where so many would take more memory than stated.</summary>
    /// <param name="parameters">n.</param>
    /// <param name="bytesPerTask">Bytes for the gradients of one task. Default 64 MiB: all 64 gradients up to n = 131,072.</param>
    public static BoundStatisticsOptions EverythingWithin(int parameters, long bytesPerTask = 64L << 20) =>
        Everything with { Gradients = (int)Math.Clamp(bytesPerTask / (8L * Math.Max(1, parameters)), 1, UsualGradients) };

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(LargestFactor);
        ArgumentOutOfRangeException.ThrowIfNegative(Gradients);
    }
}
