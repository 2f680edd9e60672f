using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>Settings of rivals in the file format.</summary>
internal static class RivalRules
{
    private static readonly (string Name, ShampooGrafting Value)[] Graftings = [("none", ShampooGrafting.None), ("sgd", ShampooGrafting.Sgd), ("adagrad", ShampooGrafting.AdaGrad)];

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

    public static void Write<T>(ScheduledSgdOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Number("weightDecay", o.WeightDecay).Integer("learningRateValues", o.LearningRateValues)
            .Integer("momentumValues", o.MomentumValues).Integer("weightDecayValues", o.WeightDecayValues);

    public static ScheduledSgdOptions ReadScheduledSgd(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Momentum = f.Number("momentum"),
        WeightDecay = f.Number("weightDecay"),
        LearningRateValues = f.Integer("learningRateValues", 1),
        MomentumValues = f.Integer("momentumValues", 1),
        WeightDecayValues = f.Integer("weightDecayValues", 1),
    };

    public static void Write<T>(OsgmOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("momentumRate", o.MomentumRate).Number("initialMomentum", o.InitialMomentum);

    public static OsgmOptions ReadOsgm(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        MomentumRate = f.Number("momentumRate"),
        InitialMomentum = f.Number("initialMomentum"),
    };

    public static void Write<T>(MuonOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Flag("nesterov", o.Nesterov).Integer("iterations", o.Iterations).Number("weightDecay", o.WeightDecay)
            .Flag("adamForOutput", o.AdamForOutput).Flag("adamForFirstConvolution", o.AdamForFirstConvolution).Number("adamLearningRate", o.AdamLearningRate)
            .Number("adamBeta1", o.AdamBeta1).Number("adamBeta2", o.AdamBeta2).Number("adamEpsilon", o.AdamEpsilon);

    public static MuonOptions ReadMuon(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Momentum = f.Number("momentum"),
        Nesterov = f.Flag("nesterov"),
        Iterations = f.Integer("iterations", 1),
        WeightDecay = f.Number("weightDecay"),
        AdamForOutput = f.Flag("adamForOutput"),
        AdamForFirstConvolution = f.Flag("adamForFirstConvolution"),
        AdamLearningRate = f.Number("adamLearningRate"),
        AdamBeta1 = f.Number("adamBeta1"),
        AdamBeta2 = f.Number("adamBeta2"),
        AdamEpsilon = f.Number("adamEpsilon"),
    };

    public static void Write<T>(SoapOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("shampooBeta", o.ShampooBeta).Number("epsilon", o.Epsilon)
            .Number("weightDecay", o.WeightDecay).Integer("refreshEvery", o.RefreshEvery).Integer("largestDimension", o.LargestDimension);

    public static SoapOptions ReadSoap(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Beta1 = f.Number("beta1"),
        Beta2 = f.Number("beta2"),
        ShampooBeta = f.Number("shampooBeta"),
        Epsilon = f.Number("epsilon"),
        WeightDecay = f.Number("weightDecay"),
        RefreshEvery = f.Integer("refreshEvery", 1),
        LargestDimension = f.Integer("largestDimension"),
    };

    public static void Write<T>(ShampooOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Number("epsilon", o.Epsilon).Integer("rootEvery", o.RootEvery).Integer("largestDimension", o.LargestDimension)
            .Text("grafting", OnlineRateCodec.NameOf(Graftings, o.Grafting));

    public static ShampooOptions ReadShampoo(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Momentum = f.Number("momentum"),
        Epsilon = f.Number("epsilon"),
        RootEvery = f.Integer("rootEvery", 1),
        LargestDimension = f.Integer("largestDimension"),
        Grafting = OnlineRateCodec.ValueOf("grafting", Graftings, f),
    };

    public static void Write<T>(ProdigyOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("beta3", o.Beta3 ?? Math.Sqrt(o.Beta2)).Number("epsilon", o.Epsilon)
            .Number("weightDecay", o.WeightDecay).Flag("useBiasCorrection", o.UseBiasCorrection).Flag("safeguardWarmup", o.SafeguardWarmup).Number("initialDistance", o.InitialDistance)
            .Number("distanceFactor", o.DistanceFactor).Number("growthRate", double.IsPositiveInfinity(o.GrowthRate) ? 0 : o.GrowthRate);

    public static ProdigyOptions ReadProdigy(JsonFields f)
    {
        // 0 stands for no limit: JSON has no infinity.
        double growth = f.Number("growthRate");
        return new ProdigyOptions
        {
            LearningRate = f.Number("learningRate"),
            Beta1 = f.Number("beta1"),
            Beta2 = f.Number("beta2"),
            Beta3 = f.Number("beta3"),
            Epsilon = f.Number("epsilon"),
            WeightDecay = f.Number("weightDecay"),
            UseBiasCorrection = f.Flag("useBiasCorrection"),
            SafeguardWarmup = f.Flag("safeguardWarmup"),
            InitialDistance = f.Number("initialDistance"),
            DistanceFactor = f.Number("distanceFactor"),
            GrowthRate = growth == 0 ? double.PositiveInfinity : growth,
        };
    }

    public static void Write<T>(ScheduleFreeOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("learningRate", o.LearningRate).Number("beta1", o.Beta1).Number("beta2", o.Beta2).Number("epsilon", o.Epsilon).Number("weightDecay", o.WeightDecay)
            .Number("warmupShare", o.WarmupShare).Number("ratePower", o.RatePower).Number("stepPower", o.StepPower);

    public static ScheduleFreeOptions ReadScheduleFree(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Beta1 = f.Number("beta1"),
        Beta2 = f.Number("beta2"),
        Epsilon = f.Number("epsilon"),
        WeightDecay = f.Number("weightDecay"),
        WarmupShare = f.Number("warmupShare"),
        RatePower = f.Number("ratePower"),
        StepPower = f.Number("stepPower"),
    };
}
