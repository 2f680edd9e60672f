using System.Numerics;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Bootstrapping;

namespace MetaMirror.Storage;

/// <summary>Settings of bootstrapped meta-gradients in the file format. Constants of the target have "target." in front.</summary>
internal static class BootstrapCodec
{
    private static readonly (string Name, TargetMatching Value)[] Matchings = [("euclidean", TargetMatching.Euclidean), ("outputs", TargetMatching.Outputs)];

    public static void Write<T>(BootstrappedMetaGradient<T> r, RuleWriter<T> w, Action<UpdateRule<T>, RuleWriter<T>> inside)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BootstrapOptions o = r.Options;
        w.Number("rate", o.Rate).Number("metaRate", o.MetaRate).Integer("learnedSteps", o.LearnedSteps).Integer("targetSteps", o.TargetSteps)
            .Text("matching", OnlineRateCodec.NameOf(Matchings, o.Matching)).Number("matchedShare", o.MatchedShare).Text("granularity", OnlineRateCodec.NameOf(OnlineRateCodec.Granularities, o.Granularity)).Text("form", OnlineRateCodec.NameOf(OnlineRateCodec.Forms, o.Form))
            .Text("normalization", OnlineRateCodec.NameOf(OnlineRateCodec.Normalizations, o.Normalization)).Number("normAveraging", o.NormAveraging).Number("lowest", o.Lowest).Number("highest", o.Highest)
            .Object("rule", x => inside(r.Rule, x));
        string prefix = w.Prefix;
        UpdateRule<T>[] targets = r.Target is { } target ? [target] : [];
        w.Prefix = $"{prefix}target.";
        w.Objects("target", targets, (x, t, _) => inside(t, x));
        w.Prefix = prefix;
    }

    public static BootstrappedMetaGradient<T> Read<T>(JsonFields f, RuleTensors<T> tensors, Func<JsonFields, RuleTensors<T>, UpdateRule<T>> inside)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var options = new BootstrapOptions
        {
            Rate = f.Number("rate"),
            MetaRate = f.Number("metaRate"),
            LearnedSteps = f.Integer("learnedSteps", 1),
            TargetSteps = f.Integer("targetSteps", 1),
            Matching = OnlineRateCodec.ValueOf("matching", Matchings, f),
            MatchedShare = f.Number("matchedShare"),
            Granularity = OnlineRateCodec.ValueOf("granularity", OnlineRateCodec.Granularities, f),
            Form = OnlineRateCodec.ValueOf("form", OnlineRateCodec.Forms, f),
            Normalization = OnlineRateCodec.ValueOf("normalization", OnlineRateCodec.Normalizations, f),
            NormAveraging = f.Number("normAveraging"),
            Lowest = f.Number("lowest"),
            Highest = f.Number("highest"),
        };
        UpdateRule<T> rule = inside(f.Object("rule"), tensors);
        JsonFields[] targets = [.. f.Objects("target")];
        if (targets.Length > 1)
            throw new StorageException($"rule: expected one target or none, found {targets.Length}");
        string prefix = tensors.Prefix;
        tensors.Prefix = $"{prefix}target.";
        UpdateRule<T>? target = targets.Length == 0 ? null : inside(targets[0], tensors);
        tensors.Prefix = prefix;
        return new BootstrappedMetaGradient<T>(rule, target, options);
    }
}
