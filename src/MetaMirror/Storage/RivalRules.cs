using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>Settings of the hand-designed rivals in the file format.</summary>
internal static class RivalRules
{
    public static void Write<T>(LionOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("weightDecay", o.WeightDecay);

    public static LionOptions ReadLion(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Beta1 = f.Number("beta1"),
        Beta2 = f.Number("beta2"),
        WeightDecay = f.Number("weightDecay"),
    };
}
