using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.InitialPoints;

/// <summary>theta_1 = mu: one start for all tasks, itself learned (MAML, Meta-SGD, iMAML).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="start">Where learning begins, shape [n].</param>
public sealed class LearnedInitialPoint<T>(ImmutableArray<T> start) : InitialPoint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        layout.RequireLength(start.Length, nameof(start));
        return [.. layout.Blocks.Select(b => new MetaParameterSpec<T>(b.Name, b.Shape, MetaTransform.Identity, start[b.Offset..(b.Offset + b.Length)]))];
    }

    /// <inheritdoc/>
    public override void Place(LearningTask<T> task, ref RandomStream stream, ReadOnlySpan<T> meta, Span<T> theta) => meta.CopyTo(theta);

    /// <inheritdoc/>
    public override void Jvp(ReadOnlySpan<T> metaTangent, Span<T> dTheta) => metaTangent.CopyTo(dTheta);

    /// <inheritdoc/>
    public override void AddVjp(ReadOnlySpan<T> aTheta, Span<T> aMeta) => Vectors.AddScaled(T.One, aTheta, aMeta);
}
