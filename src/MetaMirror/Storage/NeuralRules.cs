using System.Globalization;
using System.Numerics;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Storage;

/// <summary>Settings of rules that are networks in the file format; their weights are meta-parameters.</summary>
internal static class NeuralRules
{
    public static void Write<T>(LstmRule<T> rule, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LstmRuleOptions o = rule.Options;
        w.Number("learningRate", o.LearningRate).Integer("units", o.Units).Integer("layers", o.Layers).Number("range", o.Range).Number("outputDeviation", o.OutputDeviation).Text("seed", Text(o.Seed));
    }

    public static LstmRuleOptions ReadLstm(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Units = f.Integer("units", 1),
        Layers = f.Integer("layers", 1),
        Range = f.Number("range"),
        OutputDeviation = f.Number("outputDeviation"),
        Seed = f.Unsigned("seed"),
    };

    public static void Write<T>(MlpRule<T> rule, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        MlpRuleOptions o = rule.Options;
        w.Number("learningRate", o.LearningRate).Integer("units", o.Units).Integer("layers", o.Layers).Numbers("decays", o.Decays).Number("magnitude", o.Magnitude).Number("epsilon", o.Epsilon)
            .Number("outputDeviation", o.OutputDeviation).Text("seed", Text(o.Seed));
    }

    public static MlpRuleOptions ReadMlp(JsonFields f) => new()
    {
        LearningRate = f.Number("learningRate"),
        Units = f.Integer("units", 1),
        Layers = f.Integer("layers", 1),
        Decays = f.Numbers("decays"),
        Magnitude = f.Number("magnitude"),
        Epsilon = f.Number("epsilon"),
        OutputDeviation = f.Number("outputDeviation"),
        Seed = f.Unsigned("seed"),
    };

    private static string Text(ulong seed) => seed.ToString(CultureInfo.InvariantCulture);
}
