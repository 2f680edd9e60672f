using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>E = L_validation(theta_T): the usual objective of hyperparameter learning. A control here: MetaMD's own bounds never read validation data.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ValidationLoss<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _gradient;

    /// <summary>Not yet tied to a layout.</summary>
    public ValidationLoss()
        : this([])
    {
    }

    private ValidationLoss(T[] gradient) => _gradient = gradient;

    /// <inheritdoc/>
    public override string Name => "validation-loss";

    /// <inheritdoc/>
    public override bool HasPathTerm => false;

    /// <inheritdoc/>
    public override bool ReadsValidationData => true;

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout) => new ValidationLoss<T>(new T[layout.Length]);

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta)
    {
        Objective<T> validation = Validation(ends);
        return validation.Evaluate(ends.Final, MetaOf(validation, meta), BatchKey.Full, _gradient);
    }

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        Objective<T> validation = Validation(ends);
        Vectors.AddScaled(T.One, _gradient, aFinal);
        if (validation.MetaSpecs.Count > 0)
            validation.AddMetaGradient(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, T.One, meta.Slice(aMeta, MetaPlace.Objective));
    }

    // A validation loss is usually without the training loss's regularizer: it then has no meta-parameters.
    private static ReadOnlySpan<T> MetaOf(Objective<T> validation, MetaParameters<T> meta) =>
        validation.MetaSpecs.Count == 0 ? [] : meta.Of(MetaPlace.Objective);

    private static Objective<T> Validation(in RunEnds<T> ends) =>
        (ends.Validation ?? throw new InvalidOperationException("This run was given no validation data."))();
}
