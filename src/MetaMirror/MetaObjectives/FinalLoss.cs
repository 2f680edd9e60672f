using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>E = L(theta_T): the training loss on the whole set after the last step.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FinalLoss<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _gradient;

    /// <summary>Not yet tied to a layout.</summary>
    public FinalLoss()
        : this([])
    {
    }

    private FinalLoss(T[] gradient) => _gradient = gradient;

    /// <inheritdoc/>
    public override string Name => "final-loss";

    /// <inheritdoc/>
    public override bool HasPathTerm => false;

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout) => new FinalLoss<T>(new T[layout.Length]);

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta) =>
        ends.Training.Evaluate(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, _gradient);

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        Vectors.AddScaled(T.One, _gradient, aFinal);
        ends.Training.AddMetaGradient(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, T.One, meta.Slice(aMeta, MetaPlace.Objective));
    }
}
