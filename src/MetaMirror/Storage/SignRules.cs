using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>Settings of PowerSign and AddSign in the file format.</summary>
internal static class SignRules
{
    private static readonly (string Name, SignDecay Value)[] Decays =
        [("none", SignDecay.None), ("linear", SignDecay.Linear), ("cosine", SignDecay.Cosine), ("restart", SignDecay.Restart)];

    public static void Write<T>(SignAgreement<T> rule, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SignAgreementOptions o = rule.Options;
        w.Number("learningRate", o.LearningRate).Start("alpha", rule, 1).Number("beta", o.Beta).Text("decay", OnlineRateCodec.NameOf(Decays, o.Decay))
            .Number("periods", o.Periods).Learn(o.Learn);
    }

    public static SignAgreementOptions Read(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Alpha = f.NumberOrNull("alpha"),
        Beta = f.Number("beta"),
        Decay = OnlineRateCodec.ValueOf("decay", Decays, f),
        Periods = f.Number("periods"),
        Learn = f.Texts("learn"),
    };
}
