using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.MetaObjectives;

/// <summary>
/// E = log ||grad L(theta_T)||_2 on the whole training set: the convergence rate over T steps. Unlike a final loss, its mean over tasks is
/// not ruled by the slowest one.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class FinalGradientNorm<T> : MetaObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Below this the gradient is rounding: its direction says nothing, and log 0 is no number.
    private const double Floor = 1e-30;

    private readonly T[] _gradient;
    private readonly T[] _product;
    private double _squaredNorm;

    /// <summary>Not yet tied to a layout.</summary>
    public FinalGradientNorm()
        : this(0)
    {
    }

    private FinalGradientNorm(int length)
    {
        _gradient = new T[length];
        _product = new T[length];
    }

    /// <inheritdoc/>
    public override string Name => "final-gradient-norm";

    /// <inheritdoc/>
    public override bool HasPathTerm => false;

    /// <inheritdoc/>
    public override MetaObjective<T> ForThread(UpdateRule<T> rule, ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new FinalGradientNorm<T>(layout.Length);
    }

    /// <inheritdoc/>
    public override double FinalTerm(in RunEnds<T> ends, MetaParameters<T> meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ends.Training.Evaluate(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, _gradient);
        _squaredNorm = Vectors.SquaredNorm<T>(_gradient);
        return Math.Log(Math.Max(_squaredNorm, Floor)) / 2;
    }

    /// <inheritdoc/>
    public override void AddFinalGradient(in RunEnds<T> ends, MetaParameters<T> meta, Span<T> aInitial, Span<T> aFinal, Span<T> aMeta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        if (_squaredNorm <= Floor)
            return;
        Objective<T> training = ends.Training;
        T scale = T.CreateChecked(1 / _squaredNorm);
        training.HessianVectorProducts(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, 1, _gradient, _product);
        Vectors.AddScaled(scale, _product, aFinal);
        Vectors.Scale(scale, _gradient);
        training.AddMixedTransposeProduct(ends.Final, meta.Of(MetaPlace.Objective), BatchKey.Full, _gradient, meta.Slice(aMeta, MetaPlace.Objective));
    }
}
