using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>The update Phi(theta, state; mu) linearized where a run ended, as linear operators on z = (theta, state).</summary>
internal sealed class ImplicitSystem<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Descent<T> _descent;
    private readonly MetaParameters<T> _meta;
    private readonly T[] _theta;
    private readonly T[] _gradient;
    private readonly T[] _state;
    private readonly T[] _workGradient;
    private readonly T[] _z;
    private readonly T[] _noMeta;
    private readonly T[] _scale = new T[1];
    private readonly T[] _workScale = new T[1];
    private readonly int _n;

    public ImplicitSystem(Descent<T> descent, MetaParameters<T> meta)
    {
        _descent = descent;
        _meta = meta;
        _n = descent.Layout.Length;
        _theta = new T[_n];
        _gradient = new T[_n];
        _state = new T[descent.State.Length];
        _workGradient = new T[_n];
        _z = new T[_n + _state.Length];
        _noMeta = new T[meta.Of(MetaPlace.Rule).Length];
        Transpose = new Operator(this, Kind.Transpose);
        UpdateTranspose = new Operator(this, Kind.UpdateTranspose);
        Forward = new Operator(this, Kind.Forward);
        Hessian = new Operator(this, Kind.Hessian);
    }

    private enum Kind
    {
        Transpose,
        UpdateTranspose,
        Forward,
        Hessian,
    }

    /// <summary>(I - dPhi/dz)^T.</summary>
    public LinearOperator<T> Transpose { get; }

    /// <summary>(dPhi/dz)^T.</summary>
    public LinearOperator<T> UpdateTranspose { get; }

    /// <summary>I - dPhi/dz.</summary>
    public LinearOperator<T> Forward { get; }

    /// <summary>H.</summary>
    public LinearOperator<T> Hessian { get; }

    /// <summary>||Phi(z) - z||_2 in theta, relative to 1 + ||theta||_2.</summary>
    public double Residual { get; private set; }

    public int Length => 4 * _z.Length;

    public bool Serves(Descent<T> descent, MetaParameters<T> meta) => ReferenceEquals(descent, _descent) && ReferenceEquals(meta, _meta);

    /// <summary>Takes the descent's current point (already evaluated) as the point of linearization.</summary>
    public void Linearize()
    {
        _descent.Theta.CopyTo(_theta);
        _descent.Gradient.CopyTo(_gradient);
        _descent.State.CopyTo(_state);
        _scale[0] = T.One;
        _workScale[0] = T.One;
        _theta.CopyTo(_z, 0);
        _state.CopyTo(_z, _n);
        _gradient.CopyTo(_workGradient, 0);
        _descent.Rule.Step(Context, new Iterate<T>(_z.AsSpan(0, _n), _workGradient, _workScale, _z.AsSpan(_n)));
        Vectors.AddScaled<T>(-T.One, _theta, _z.AsSpan(0, _n));
        Residual = Math.Sqrt(Vectors.SquaredNorm<T>(_z.AsSpan(0, _n))) / (1 + Math.Sqrt(Vectors.SquaredNorm<T>(_theta)));
    }

    /// <summary>result += (dPhi/dmu)^T p, for the rule's and the objective's meta-parameters.</summary>
    public void AddUpdateGradient(ReadOnlySpan<T> p, Span<T> result)
    {
        p.CopyTo(_z);
        PullThroughRule(_z, _meta.Slice(result, MetaPlace.Rule));
        ReadOnlySpan<T> objectiveMeta = _meta.Of(MetaPlace.Objective);
        if (objectiveMeta.Length > 0)
            _descent.Objective.AddMixedTransposeProduct(_theta, objectiveMeta, BatchKey.Full, _workGradient, _meta.Slice(result, MetaPlace.Objective));
    }

    /// <summary>result -= (d2L/dtheta dmu)^T p.</summary>
    public void AddStationarityGradient(ReadOnlySpan<T> p, Span<T> result)
    {
        ReadOnlySpan<T> objectiveMeta = _meta.Of(MetaPlace.Objective);
        if (objectiveMeta.Length == 0)
            return;
        p.CopyTo(_z);
        Vectors.Scale(-T.One, _z.AsSpan(0, _n));
        _descent.Objective.AddMixedTransposeProduct(_theta, objectiveMeta, BatchKey.Full, _z.AsSpan(0, _n), _meta.Slice(result, MetaPlace.Objective));
    }

    private StepContext<T> Context => _descent.ContextAt(_descent.Position, _descent.Loss);

    /// <summary>z = rule's cotangent map; leaves the gradient cotangent in _workGradient.</summary>
    private void PullThroughRule(Span<T> z, Span<T> aMeta)
    {
        Array.Clear(_workGradient);
        _workScale[0] = T.Zero;
        _descent.Rule.Vjp(
            Context, new Iterate<T>(_theta, _gradient, _scale, _state), new Iterate<T>(z[.._n], _workGradient, _workScale, z[_n..]), aMeta);
    }

    private void ApplyUpdateTranspose(ReadOnlySpan<T> x, Span<T> y)
    {
        x.CopyTo(_z);
        Array.Clear(_noMeta);
        PullThroughRule(_z, _noMeta);
        _descent.HessianVectorProducts(_descent.Position, _theta, 1, _workGradient, y[.._n]);
        Vectors.AddScaled<T>(T.One, _z.AsSpan(0, _n), y[.._n]);
        _z.AsSpan(_n).CopyTo(y[_n..]);
    }

    private void ApplyUpdate(ReadOnlySpan<T> x, Span<T> y)
    {
        x.CopyTo(y);
        Array.Clear(_noMeta);
        _workScale[0] = T.Zero;
        _descent.HessianVectorProducts(_descent.Position, _theta, 1, x[.._n], _workGradient);
        _descent.Rule.Jvp(
            Context, new Iterate<T>(_theta, _gradient, _scale, _state), _noMeta, new Iterate<T>(y[.._n], _workGradient, _workScale, y[_n..]));
    }

    private sealed class Operator(ImplicitSystem<T> system, Kind kind) : LinearOperator<T>
    {
        public override int Length => kind == Kind.Hessian ? system._n : system._z.Length;

        public override void Apply(ReadOnlySpan<T> x, Span<T> y)
        {
            if (kind == Kind.Hessian)
            {
                system._descent.HessianVectorProducts(system._descent.Position, system._theta, 1, x, y);
                return;
            }

            if (kind == Kind.Forward)
                system.ApplyUpdate(x, y);
            else
                system.ApplyUpdateTranspose(x, y);
            if (kind != Kind.UpdateTranspose)
                Vectors.LinearCombination(T.One, x, -T.One, y, y);
        }
    }
}
