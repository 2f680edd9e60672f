namespace OwnGradients;

/// <summary>
/// Generated classification tasks: ten clusters in 64 dimensions. All tasks share which directions vary much and which hardly; where the
/// clusters lie is each task's own.
/// </summary>
public sealed class Clusters
{
    /// <summary>Numbers in one example.</summary>
    public const int Features = 64;

    /// <summary>Clusters.</summary>
    public const int Classes = 10;

    /// <summary>Examples.</summary>
    public const int Count = 1000;

    private uint _draws;

    /// <summary>Generates a task.</summary>
    /// <param name="task">Its number: the same number is the same task.</param>
    public Clusters(int task)
    {
        _draws = (uint)task * 0x9E3779B9;
        var centers = new float[Classes * Features];
        for (int i = 0; i < centers.Length; i++)
            centers[i] = Normal() * Scale(i % Features);
        for (int n = 0; n < Count; n++)
        {
            Labels[n] = n % Classes;
            for (int j = 0; j < Features; j++)
                Inputs[(n * Features) + j] = centers[(Labels[n] * Features) + j] + (1.5f * Normal() * Scale(j));
        }
    }

    /// <summary>Shape [Count x Features].</summary>
    public float[] Inputs { get; } = new float[Count * Features];

    /// <summary>Shape [Count], 0 to 9.</summary>
    public int[] Labels { get; } = new int[Count];

    private static float Scale(int feature) => MathF.Exp(-feature / 16f);

    /// <summary>Nearly normal: the sum of twelve uniform numbers of a small hash generator, less six.</summary>
    private float Normal()
    {
        float sum = -6;
        for (int i = 0; i < 12; i++)
        {
            uint x = ++_draws * 0x85EBCA6B;
            x = (x ^ (x >> 15)) * 0xC2B2AE35;
            sum += ((x ^ (x >> 16)) >> 8) / 16777216f;
        }

        return sum;
    }
}
