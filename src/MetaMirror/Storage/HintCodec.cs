using System.Numerics;
using MetaMirror.Optimism;

namespace MetaMirror.Storage;

/// <summary>Settings of hints in the file format.</summary>
internal static class HintCodec
{
    private const string OneStep = "one-step";
    private const string Total = "total";

    /// <summary>Strength and averaging.</summary>
    public static void WriteAverage<T>(LinearHint<T> r, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> => w.Start("strength", r, 0).Last("averaging", r);

    /// <summary>Momentum and what the learning rate means.</summary>
    public static void WriteMomentum<T>(LinearHint<T> r, RateMeaning rate, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> => w.Last("momentum", r).Text("rate", rate == RateMeaning.Total ? Total : OneStep);

    /// <summary>What the learning rate means.</summary>
    /// <exception cref="StorageException">Neither of the two.</exception>
    public static RateMeaning Rate(JsonFields f) => f.Text("rate") switch
    {
        OneStep => RateMeaning.OneStep,
        Total => RateMeaning.Total,
        var other => throw new StorageException($"rate: expected '{OneStep}' or '{Total}', found {Quoted.Text(other)}"),
    };
}
