using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Learning;

/// <summary>
/// The control of every learned metric: mirror descent with nothing learned, the identity as metric (of a diagonal, Kronecker products or a full matrix alike) and one step for
/// all families, so theta_{t+1} = theta_t - 0.1 g_t.
/// </summary>
internal static class UnlearnedMirror
{
    /// <summary>Its name in plans.</summary>
    public const string Name = "unlearned-mirror";

    /// <summary>The step at which learning of a metric starts.</summary>
    private const double LearningRate = 0.1;

    /// <summary>Whether it is the control of this.</summary>
    public static bool IsControlOf(LearningPlan learning) => learning is MatrixLearning or MetaMdLearning;

    /// <summary>The control, deployed for so many steps.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="tasks">Their layout is the rule's.</param>
    /// <param name="steps">Planned number of steps.</param>
    public static LearnedRule<T> Rule<T>(TaskDistribution<T> tasks, int steps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rule = new MirrorDescent<T>(new DiagonalQuadratic<T>(), LearningRate);
        var meta = new MetaParameters<T>([], rule.MetaSpecs(tasks.Layout), []);
        return new LearnedRule<T>(Name, OptimizerRole.Control, rule, tasks.Layout, [.. meta.Natural], steps, [], new MetaTrainingSummary(0, 0, 0, 0, 0, 0));
    }
}
