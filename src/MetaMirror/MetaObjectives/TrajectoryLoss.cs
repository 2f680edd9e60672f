using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>E = (1/T) sum_t loss_t: the mean training loss along the run.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TrajectoryLoss<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "trajectory-loss";

    /// <inheritdoc/>
    public override bool HasPathTerm => true;

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override double PathTerm(in PathPoint<T> point, MetaParameters<T> meta) => point.Loss / point.Steps;

    /// <inheritdoc/>
    public override void AddPathGradient(in PathPoint<T> point, MetaParameters<T> meta, in PathCotangent<T> cotangent) =>
        cotangent.Loss[0] += T.CreateChecked(1.0 / point.Steps);
}
