using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.InitialPoints;

/// <summary>The task's own start (random weights from the run's stream): no meta-parameters.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TaskInitialPoint<T> : InitialPoint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <inheritdoc/>
    public override void Place(LearningTask<T> task, ref RandomStream stream, ReadOnlySpan<T> meta, Span<T> theta) => task.Initialize(ref stream, theta);

    /// <inheritdoc/>
    public override void Jvp(ReadOnlySpan<T> metaTangent, Span<T> dTheta) => dTheta.Clear();

    /// <inheritdoc/>
    public override void AddVjp(ReadOnlySpan<T> aTheta, Span<T> aMeta)
    {
    }
}
