namespace MetaMirror;

/// <summary>Names a mini-batch so that it can be drawn again: the counter words of its Philox stream, or the whole training set.</summary>
/// <param name="Seed">Master seed.</param>
/// <param name="InnerStep">Inner step t.</param>
/// <param name="OuterStep">Outer step, or the seed index of a comparison.</param>
/// <param name="Task">Number of the task, below 2^24.</param>
/// <param name="IsFull">True for the whole set; the other fields are then ignored.</param>
public readonly record struct BatchKey(ulong Seed, uint InnerStep, uint OuterStep, uint Task, bool IsFull = false)
{
    /// <summary>The whole data set.</summary>
    public static BatchKey Full { get; } = new(0, 0, 0, 0, IsFull: true);

    /// <summary>The same run's batch at another inner step.</summary>
    public BatchKey At(int innerStep) => this with { InnerStep = (uint)innerStep };
}
