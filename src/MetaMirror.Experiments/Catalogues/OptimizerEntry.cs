using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>What tuning chooses: a learning rate and its schedule.</summary>
/// <param name="LearningRate">eta, positive.</param>
/// <param name="Schedule">How it changes along the run.</param>
public readonly record struct RuleSetting(double LearningRate, ScheduleName Schedule)
{
    /// <summary>For example <c>learning rate 0.01, linear</c>.</summary>
    public override string ToString() =>
        $"learning rate {LearningRate.ToString("G4", CultureInfo.InvariantCulture)}, {Scheduling.Word(Schedule)}";
}

/// <summary>An optimizer that is tuned by its learning rate: one line of the catalogue.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Name">Name on the command line, in plans and tables.</param>
/// <param name="Role">Baseline or rival.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Grid">Learning rates tried first, rising, evenly spaced in ratio.</param>
/// <param name="Create">Makes the rule of a setting.</param>
public sealed record OptimizerEntry<T>(string Name, OptimizerRole Role, string Description, ImmutableArray<double> Grid, Func<RuleSetting, UpdateRule<T>> Create)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>True if it learns its rates while it trains, or averages instead of letting them fall: a schedule over them is then nobody's default.</summary>
    public bool LearnsRates { get; init; }

    /// <summary>Makes the rule of a setting with a weight decay of its own kind (decoupled); null: the decay is added to the gradient.</summary>
    public Func<RuleSetting, double, UpdateRule<T>>? OwnDecay { get; init; }

    /// <summary>Makes the rule of a setting and a weight decay.</summary>
    /// <param name="setting">Learning rate and schedule.</param>
    /// <param name="weightDecay">lambda, at least 0: gradient += lambda theta, unless the optimizer has its own way.</param>
    public UpdateRule<T> CreateDecayed(RuleSetting setting, double weightDecay) =>
        OwnDecay?.Invoke(setting, weightDecay) ?? new Chain<T>(new WeightDecay<T>(weightDecay), Create(setting));
}

/// <summary>An optimizer that is learned, or the control of one: a name that plans may use, and the record of its options.</summary>
/// <param name="Name">Name on the command line, in plans and tables.</param>
/// <param name="Role">Learned, rival (a learned optimizer of others) or control.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Options">The record of <c>learn</c> in plans; null for controls.</param>
public sealed record LearnedEntry(string Name, OptimizerRole Role, string Description, Type? Options);
