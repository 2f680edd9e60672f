namespace MetaMirror.Numerics;

/// <summary>What a random stream is for: part of its key, so that no two uses share draws. The values are a file-format promise.</summary>
public enum StreamPurpose : byte
{
    /// <summary>No purpose; refused by <see cref="RandomStream"/>.</summary>
    None = 0,

    /// <summary>Indices of a mini-batch.</summary>
    MiniBatch = 1,

    /// <summary>Initial weights.</summary>
    InitialPoint = 2,

    /// <summary>Which tasks are sampled.</summary>
    TaskSample = 3,

    /// <summary>Noise added to data, gradients or perturbations.</summary>
    Noise = 4,

    /// <summary>Initial meta-parameters.</summary>
    MetaParameters = 5,

    /// <summary>Subsets on which losses are evaluated.</summary>
    Evaluation = 6,

    /// <summary>Generated data and splits.</summary>
    Data = 7,

    /// <summary>Draws of tests.</summary>
    Test = 8,

    /// <summary>Which gradients a reservoir keeps.</summary>
    Reservoir = 9,

    /// <summary>Points of a search over settings.</summary>
    Search = 10,
}

/// <summary>
/// The name of a random stream. Philox key = seed (low word, high word); counter words = (block, inner step, outer step,
/// purpose &lt;&lt; 24 | task). The layout is a file-format promise: any step of any run can be drawn again alone.
/// </summary>
/// <param name="Seed">The run's 64-bit seed.</param>
/// <param name="InnerStep">Step of the inner loop.</param>
/// <param name="OuterStep">Step of the outer loop.</param>
/// <param name="Purpose">What the draws are for.</param>
/// <param name="Task">Number of the task, below 2^24.</param>
public readonly record struct StreamKey(ulong Seed, uint InnerStep, uint OuterStep, StreamPurpose Purpose, uint Task);
