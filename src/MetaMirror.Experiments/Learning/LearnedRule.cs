using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>What learning produced.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Name">Optimizer name, e.g. <c>metamirror-basis</c>.</param>
/// <param name="Role">Learned, rival (a learned optimizer of others) or control.</param>
/// <param name="Rule">The rule as deployed, with its schedule.</param>
/// <param name="Layout">Parameters it was learned for.</param>
/// <param name="Natural">Natural values of the rule's meta-parameters.</param>
/// <param name="Steps">Planned number of steps of a deployment.</param>
/// <param name="History">Outer steps of the last phase.</param>
/// <param name="Cost">Size and cost of meta-training.</param>
public sealed record LearnedRule<T>(
    string Name, OptimizerRole Role, UpdateRule<T> Rule, ParameterLayout Layout, ImmutableArray<T> Natural, int Steps,
    ImmutableArray<OuterStepReport> History, MetaTrainingSummary Cost)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What a person should know of how it was learned.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The rule as a contender of a comparison, not tuned on the held-out task.</summary>
    public Contender<T> ToContender() => new(Name, Role, Rule)
    {
        RuleValues = Natural,
        Tuning = new TuningSummary(Role == OptimizerRole.Control ? "nothing learned, nothing chosen" : "learned on the source tasks", 0),
    };
}
