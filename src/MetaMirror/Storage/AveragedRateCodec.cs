using System.Numerics;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Storage;

/// <summary>Settings of averaged iterates whose rate is learned, in the file format.</summary>
internal static class AveragedRateCodec
{
    public static void Write<T>(AveragedRateOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("rate", o.Rate).Number("metaRate", o.MetaRate).Flag("elementWise", o.Granularity == RateGranularity.Element).Number("shareRate", o.ShareRate).Number("shareRange", o.ShareRange)
            .Number("power", o.Power).Number("interpolation", o.Interpolation).Number("memory", o.Memory).Flag("optimistic", o.IsOptimistic);

    public static AveragedRateOptions Read(JsonFields f) => new()
    {
        Rate = f.Number("rate"),
        MetaRate = f.Number("metaRate"),
        Granularity = f.Flag("elementWise") ? RateGranularity.Element : RateGranularity.Scalar,
        ShareRate = f.Number("shareRate"),
        ShareRange = f.Number("shareRange"),
        Power = f.Number("power"),
        Interpolation = f.Number("interpolation"),
        Memory = f.Number("memory"),
        IsOptimistic = f.Flag("optimistic"),
    };
}
