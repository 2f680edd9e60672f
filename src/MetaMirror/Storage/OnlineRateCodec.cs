using System.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Storage;

/// <summary>Settings of rates that adapt online in the file format.</summary>
internal static class OnlineRateCodec
{
    internal static readonly (string Name, RateGranularity Value)[] Granularities = [("scalar", RateGranularity.Scalar), ("block", RateGranularity.Block), ("element", RateGranularity.Element)];

    internal static readonly (string Name, RateForm Value)[] Forms = [("additive", RateForm.Additive), ("multiplicative", RateForm.Multiplicative), ("anchored", RateForm.Anchored)];

    internal static readonly (string Name, RateNormalization Value)[] Normalizations =
    [
        ("none", RateNormalization.None), ("cosine", RateNormalization.Cosine), ("running-rms", RateNormalization.RunningRms), ("adagrad", RateNormalization.AdaGrad),
    ];

    private static readonly (string Name, RateHint Value)[] Hints =
    [
        ("none", RateHint.None), ("last-gradient", RateHint.LastGradient), ("average-gradient", RateHint.AverageGradient), ("look-ahead", RateHint.LookAhead),
        ("last-hypergradient", RateHint.LastHypergradient), ("average-hypergradient", RateHint.AverageHypergradient),
    ];

    public static void Write<T>(OnlineRateOptions o, RuleWriter<T> w)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        w.Number("rate", o.Rate).Number("metaRate", o.MetaRate).Text("granularity", NameOf(Granularities, o.Granularity)).Text("form", NameOf(Forms, o.Form))
            .Text("normalization", NameOf(Normalizations, o.Normalization)).Number("normAveraging", o.NormAveraging).Text("hint", NameOf(Hints, o.Hint))
            .Number("hintAveraging", o.HintAveraging).Flag("hintAtPresentStep", o.HintAtPresentStep).Number("memory", o.Memory).Number("budget", o.Budget).Number("deadZone", o.DeadZone).Number("lowest", o.Lowest).Number("highest", o.Highest).Learn(o.Learn);

    public static OnlineRateOptions Read(JsonFields f) => new()
    {
        Rate = f.Number("rate"),
        MetaRate = f.Number("metaRate"),
        Granularity = ValueOf("granularity", Granularities, f),
        Form = ValueOf("form", Forms, f),
        Normalization = ValueOf("normalization", Normalizations, f),
        NormAveraging = f.Number("normAveraging"),
        Hint = ValueOf("hint", Hints, f),
        HintAveraging = f.Number("hintAveraging"),
        HintAtPresentStep = f.Flag("hintAtPresentStep"),
        Memory = f.Number("memory"),
        Budget = f.Number("budget"),
        DeadZone = f.Number("deadZone"),
        Lowest = f.Number("lowest"),
        Highest = f.Number("highest"),
        Learn = f.Texts("learn"),
    };

    public static string NameOf<TValue>((string Name, TValue Value)[] names, TValue value)
        where TValue : struct, Enum
    {
        int i = 0;
        while (!EqualityComparer<TValue>.Default.Equals(names[i].Value, value))
            i++;
        return names[i].Name;
    }

    public static TValue ValueOf<TValue>(string field, (string Name, TValue Value)[] names, JsonFields f)
        where TValue : struct, Enum
    {
        string found = f.Text(field), known = "";
        foreach ((string name, TValue value) in names)
        {
            if (string.Equals(name, found, StringComparison.Ordinal))
                return value;
            known += $" {name}";
        }

        throw new StorageException($"{field}: expected one of{known}, found {Quoted.Text(found)}");
    }
}
