using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>Settings of the classic optimizers in the file format.</summary>
internal static class ClassicRules
{
    public static void Write<T>(SgdOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Number("dampening", o.Dampening).Flag("nesterov", o.Nesterov)
            .Number("weightDecay", o.WeightDecay).Flag("maximize", o.Maximize).Learn(o.Learn);

    public static SgdOptions ReadSgd(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Momentum = f.Number("momentum"),
        Dampening = f.Number("dampening"),
        Nesterov = f.Flag("nesterov"),
        WeightDecay = f.Number("weightDecay"),
        Maximize = f.Flag("maximize"),
        Learn = f.Texts("learn"),
    };

    public static void Write<T>(AdamOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("epsilon", o.Epsilon)
            .Number("weightDecay", o.WeightDecay).Flag("maximize", o.Maximize).Learn(o.Learn);

    public static AdamOptions ReadAdam(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Beta1 = f.Number("beta1"),
        Beta2 = f.Number("beta2"),
        Epsilon = f.Number("epsilon"),
        WeightDecay = f.Number("weightDecay"),
        Maximize = f.Flag("maximize"),
        Learn = f.Texts("learn"),
    };

    public static void Write<T>(NAdamOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("epsilon", o.Epsilon)
            .Number("weightDecay", o.WeightDecay).Number("momentumDecay", o.MomentumDecay).Learn(o.Learn);

    public static NAdamOptions ReadNAdam(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Beta1 = f.Number("beta1"),
        Beta2 = f.Number("beta2"),
        Epsilon = f.Number("epsilon"),
        WeightDecay = f.Number("weightDecay"),
        MomentumDecay = f.Number("momentumDecay"),
        Learn = f.Texts("learn"),
    };

    public static void Write<T>(RmsPropOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("alpha", o.Alpha).Number("epsilon", o.Epsilon).Number("momentum", o.Momentum).Flag("centered", o.Centered)
            .Number("weightDecay", o.WeightDecay).Flag("maximize", o.Maximize).Learn(o.Learn);

    public static RmsPropOptions ReadRmsProp(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Alpha = f.Number("alpha"),
        Epsilon = f.Number("epsilon"),
        Momentum = f.Number("momentum"),
        Centered = f.Flag("centered"),
        WeightDecay = f.Number("weightDecay"),
        Maximize = f.Flag("maximize"),
        Learn = f.Texts("learn"),
    };

    public static void Write<T>(AdaGradOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("learningRateDecay", o.LearningRateDecay).Number("initialAccumulator", o.InitialAccumulator)
            .Number("epsilon", o.Epsilon).Number("weightDecay", o.WeightDecay).Flag("maximize", o.Maximize).Learn(o.Learn);

    public static AdaGradOptions ReadAdaGrad(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        LearningRateDecay = f.Number("learningRateDecay"),
        InitialAccumulator = f.Number("initialAccumulator"),
        Epsilon = f.Number("epsilon"),
        WeightDecay = f.Number("weightDecay"),
        Maximize = f.Flag("maximize"),
        Learn = f.Texts("learn"),
    };
}
