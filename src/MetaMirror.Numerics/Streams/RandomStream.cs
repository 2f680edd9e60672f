namespace MetaMirror.Numerics;

/// <summary>
/// Draws of the stream named by a <see cref="StreamKey"/>: words 0..3 of block 0, then of block 1, and so on. Equal keys give equal
/// draws on every machine (normal draws up to the last bit of the platform's log, sin and cos). A mutable value: copies go on
/// separately, so keep it in a local or a field that is not readonly, and pass it by reference.
/// </summary>
public partial struct RandomStream
{
    private const uint TaskLimit = 1u << 24;
    private const double UnitInLastPlace = 1.0 / (1ul << 53);

    private readonly uint key0, key1, innerStep, outerStep, purposeAndTask;
    private ulong block;
    private uint w0, w1, w2, w3;
    private int used;
    private double spareNormal;
    private bool hasSpareNormal;

    /// <summary>Starts the stream at its first word.</summary>
    /// <param name="key">The stream's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The task is 2^24 or more, or the purpose is not one of <see cref="StreamPurpose"/>.</exception>
    public RandomStream(StreamKey key)
    {
        if (key.Task >= TaskLimit)
            throw new ArgumentOutOfRangeException(nameof(key), key.Task, $"A stream's task number must be below {TaskLimit}, but is {key.Task}.");
        if (key.Purpose is StreamPurpose.None or > StreamPurpose.Search)
            throw new ArgumentOutOfRangeException(nameof(key), key.Purpose, $"A stream's purpose must be one of 1..10, but is {(byte)key.Purpose}.");
        key0 = unchecked((uint)key.Seed);
        key1 = (uint)(key.Seed >> 32);
        innerStep = key.InnerStep;
        outerStep = key.OuterStep;
        purposeAndTask = ((uint)key.Purpose << 24) | key.Task;
        used = 4;
    }

    /// <summary>The next word of the stream.</summary>
    /// <returns>32 random bits.</returns>
    /// <exception cref="InvalidOperationException">The stream is a default value, or all its 2^34 words were drawn.</exception>
    public uint NextUInt32()
    {
        if (used is 0 or 4)
            NextBlock();
        return used++ switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    /// <summary>The next two words, the first one low.</summary>
    /// <returns>64 random bits.</returns>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>Uniform in [0, 1): the upper 53 bits of <see cref="NextUInt64"/> times 2^-53.</summary>
    /// <returns>The draw.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * UnitInLastPlace;

    /// <summary>Standard normal by Box-Muller in double: with u = 1 − U_1, v = U_2, first √(−2 ln u)·cos 2πv, then √(−2 ln u)·sin 2πv.</summary>
    /// <returns>The draw.</returns>
    public double NextNormal()
    {
        if (hasSpareNormal)
        {
            hasSpareNormal = false;
            return spareNormal;
        }

        double r = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        double angle = 2 * Math.PI * NextDouble();
        spareNormal = r * Math.Sin(angle);
        hasSpareNormal = true;
        return r * Math.Cos(angle);
    }

    /// <summary>Uniform in {0, …, bound − 1}, without bias (Lemire, "Fast random integer generation in an interval", 2019).</summary>
    /// <param name="bound">Number of values, at least 1.</param>
    /// <returns>The draw.</returns>
    /// <exception cref="ArgumentOutOfRangeException">bound is 0.</exception>
    public uint NextBounded(uint bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        ulong product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            uint threshold = unchecked(0 - bound) % bound;
            while ((uint)product < threshold)
                product = (ulong)NextUInt32() * bound;
        }

        return (uint)(product >> 32);
    }

    private void NextBlock()
    {
        if (used == 0)
            throw new InvalidOperationException("A random stream must be made from a StreamKey; this one is the default value.");
        if (block > uint.MaxValue)
            throw new InvalidOperationException("All 2^34 words of this random stream were drawn; use another task, step or purpose.");
        (w0, w1, w2, w3) = Philox4x32.Block((uint)block, innerStep, outerStep, purposeAndTask, key0, key1);
        block++;
        used = 0;
    }
}
