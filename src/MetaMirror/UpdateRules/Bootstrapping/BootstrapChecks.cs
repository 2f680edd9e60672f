using System.Numerics;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.UpdateRules.Bootstrapping;

/// <summary>Ranges of <see cref="BootstrapOptions"/>, and which choices fit together.</summary>
internal static class BootstrapChecks
{
    /// <summary>Throws for the first thing that is wrong.</summary>
    public static void Require<T>(string name, UpdateRule<T> rule, UpdateRule<T>? target, BootstrapOptions o)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(o.Lowest > 0 && o.Lowest <= o.Highest && double.IsFinite(o.Highest)))
            throw new ArgumentException($"Rates of {name} must have bounds 0 < lowest <= highest, both finite; found [{o.Lowest}, {o.Highest}].", nameof(o));
        rule.RequireGradientsAtTheta(name, nameof(rule));
        target?.RequireGradientsAtTheta(name, nameof(target));
        RateMap<T>.RequireBounds(name, o.Lowest, o.Highest);
        if (!(o.Rate >= o.Lowest && o.Rate <= o.Highest))
            throw new ArgumentException($"The rate of {name} must lie in its bounds [{o.Lowest}, {o.Highest}], found {o.Rate}.", nameof(o));
        if (!(o.NormAveraging is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(o), o.NormAveraging, $"The norm averaging of {name} must be at least 0 and below 1.");
        if (!(o.MatchedShare is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(o), o.MatchedShare, $"{name} matches outputs on a share of the batch above 0, at most 1.");
        if (o.MatchedShare < 1 && o.Matching != TargetMatching.Outputs)
            throw new ArgumentException($"{name} matches parameters, which no part of the batch has a share in; expected a matched share of 1, found {o.MatchedShare}.", nameof(o));
        AtLeastOne(name, "learned steps (K)", o.LearnedSteps);
        AtLeastOne(name, "steps to the target (L)", o.TargetSteps);
        if (o.Form == RateForm.Anchored)
            throw new ArgumentException($"Rates of {name} are additive or multiplicative, found {o.Form}.", nameof(o));
        if (o.Normalization == RateNormalization.Cosine && o.Granularity == RateGranularity.Element)
            throw new ArgumentException($"Element-wise rates of {name} have no cosine, only a sign: choose the normalization RunningRms or AdaGrad.", nameof(o));
        if (target is null && (o.TargetSteps != 1 || o.Matching != TargetMatching.Euclidean))
            throw new ArgumentException($"Without a target {name} is the plain meta-gradient, L = 1 and nothing to match; found L = {o.TargetSteps}, {o.Matching}.", nameof(o));
        if (o.LearnedSteps > 1 && !rule.IsDifferentiable)
            throw new ArgumentException($"{name} differentiates {o.LearnedSteps} learned steps, but the rule '{rule.Name}' has no derivatives; expected K = 1, or another rule.", nameof(rule));
    }

    private static void AtLeastOne(string name, string what, int found)
    {
        if (found < 1)
            throw new ArgumentOutOfRangeException(nameof(found), found, $"{name} needs at least 1 of its {what}.");
    }
}
