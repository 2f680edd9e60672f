namespace MetaMirror.UpdateRules.Online;

/// <summary>Ranges of <see cref="OnlineRateOptions"/>, and which choices fit together.</summary>
internal static class OnlineRateChecks
{
    /// <summary>Throws for the first thing that is wrong.</summary>
    public static void Require(OnlineRateOptions o)
    {
        if (!(o.Lowest > 0 && o.Lowest <= o.Highest && double.IsFinite(o.Highest)))
            throw new ArgumentException($"Rates of online-rate must have bounds 0 < lowest <= highest, both finite; found [{o.Lowest}, {o.Highest}].", nameof(o));
        if (!(o.Rate >= o.Lowest && o.Rate <= o.Highest))
            throw new ArgumentException($"The rate of online-rate must lie in its bounds [{o.Lowest}, {o.Highest}], found {o.Rate}.", nameof(o));
        Fraction(o.NormAveraging, nameof(o.NormAveraging));
        Fraction(o.HintAveraging, nameof(o.HintAveraging));
        Fraction(o.Memory, nameof(o.Memory));
        if (!(o.DeadZone >= 0 && double.IsFinite(o.DeadZone)))
            throw new ArgumentOutOfRangeException(nameof(o.DeadZone), o.DeadZone, "DeadZone of online-rate must be at least 0 and finite.");
        if (!(o.Budget >= 0 && double.IsFinite(o.Budget)))
            throw new ArgumentOutOfRangeException(nameof(o.Budget), o.Budget, "Budget of online-rate must be at least 0 and finite.");
        if (o.Memory > 0 && o.Granularity == RateGranularity.Element)
            throw new ArgumentException("Slopes along many steps (Memory) are for shared rates; found one for each parameter.", nameof(o));
        if (o.Memory > 0 && (o.Form != RateForm.Anchored || o.Hint is RateHint.LastGradient or RateHint.AverageGradient or RateHint.LookAhead))
            throw new ArgumentException($"Slopes along many steps (Memory) are for anchored rates without guessed gradients; found {o.Form} with the hint {o.Hint}.", nameof(o));
        if (o.DeadZone > 0 && (o.Form != RateForm.Anchored || o.Normalization != RateNormalization.AdaGrad))
            throw new ArgumentException($"A dead zone is for anchored rates with the normalization AdaGrad; found {o.Form} with {o.Normalization}.", nameof(o));
        if (o.Normalization == RateNormalization.Cosine && o.Granularity == RateGranularity.Element)
            throw new ArgumentException("Element-wise rates have no cosine, only a sign: choose the normalization RunningRms or AdaGrad.", nameof(o));
        if (o.Form != RateForm.Anchored)
            return;
        if (o.Normalization is RateNormalization.RunningRms or RateNormalization.Cosine)
            throw new ArgumentException($"An anchored rate needs a meta rate that does not rise: the normalization None or AdaGrad, found {o.Normalization}.", nameof(o));
        if (o.Hint is RateHint.LastGradient or RateHint.AverageGradient or RateHint.LookAhead && !o.HintAtPresentStep)
            throw new ArgumentException($"An anchored rate takes guessed gradients at the present step (HintAtPresentStep), found {o.Hint} at the step before.", nameof(o));
    }

    private static void Fraction(double value, string name)
    {
        if (!(value is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} of online-rate must be at least 0 and below 1.");
    }
}
