using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.InitialPoints;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Runs;

/// <summary>An optimizer with nothing left to choose: a rule, perhaps learned meta-parameters and a learned start. It may serve many threads at once.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Name">Name, as in the catalogue.</param>
/// <param name="Role">The part it plays.</param>
/// <param name="Rule">The rule.</param>
public sealed record Contender<T>(string Name, OptimizerRole Role, UpdateRule<T> Rule)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Natural values of the rule's meta-parameters; default: as the rule declares them.</summary>
    public ImmutableArray<T>? RuleValues { get; init; }

    /// <summary>Where runs start. Default: the task's own start.</summary>
    public InitialPoint<T> Start { get; init; } = new TaskInitialPoint<T>();

    /// <summary>Name for people; null: <see cref="Name"/>.</summary>
    public string? Label { get; init; }

    /// <summary>How its settings were chosen. Default: none, no settings tried on the held-out task.</summary>
    public TuningSummary Tuning { get; init; } = new("none", 0);

    /// <summary>The same optimizer with rates that adapt while it trains.</summary>
    internal (Contender<T> Contender, OnlineRate<T> Rule) WithRates(OnlineRateOptions options)
    {
        var rule = new OnlineRate<T>(Rule, options);
        ImmutableArray<T>? values = RuleValues is { } learned ? [.. learned, T.CreateTruncating(options.Rate), T.CreateTruncating(options.MetaRate)] : null;
        return (this with { Rule = rule, RuleValues = values }, rule);
    }

    /// <summary>The learned meta-parameters, or the start values of start, rule and objective.</summary>
    public MetaParameters<T> MetaFor(Objective<T> objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        var meta = new MetaParameters<T>(Start.MetaSpecs(objective.Layout), Rule.MetaSpecs(objective.Layout), objective.MetaSpecs);
        if (RuleValues is { } values)
        {
            if (values.Length != meta.Of(MetaPlace.Rule).Length)
                throw new ArgumentException($"The optimizer '{Name}' brings {values.Length} learned values, expected {meta.Of(MetaPlace.Rule).Length} for {objective.Layout}.", nameof(objective));
            T[] natural = meta.Natural.ToArray();
            values.AsSpan().CopyTo(meta.Slice(natural.AsSpan(), MetaPlace.Rule));
            meta.SetNatural(natural);
        }

        return meta;
    }
}
