using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.Hypergradients;

/// <summary>
/// All evaluations, each with the parameters that products read, and the last gradients; the other gradients are finished from their evaluations. Theta
/// itself is never brought back: neither the rule's cotangent map nor the meta-objective reads it. Finished gradients take the place of the run's last one.
/// </summary>
internal sealed class EvaluatedTrajectory<T> : Trajectory<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StoredRows<T> _gradients = new();
    private readonly StoredRows<T> _evaluations = new();
    private ImmutableArray<(int Start, int Length)> _reads = [];
    private double[] _losses = [];
    private T[] _theta = [];
    private Descent<T>? _descent;
    private long _point;

    public override unsafe long Bytes =>
        _gradients.Bytes + _evaluations.Bytes + ((long)_losses.Length * sizeof(double)) + (sizeof(T) * (long)_theta.Length);

    public override Span<T> Theta(int t) => _theta;

    public override Span<T> Gradient(int t) => IsStored(t) ? _gradients[End - 1 - t] : _descent!.GradientBuffer;

    public override Span<T> State(int t) => [];

    public override double Loss(int t) => _losses[t - Begin];

    public override long Point(int t) => _point;

    public override int FirstOf(int last) => last - 1;

    public override void Visit(Descent<T> descent)
    {
        int t = descent.Position;
        if (t < Begin)
            return;
        Span<T> row = _evaluations[t - Begin];
        descent.Objective.KeepEvaluation(row[..EvaluationLength]);
        row = row[EvaluationLength..];
        foreach ((int start, int length) in _reads)
        {
            descent.Theta.Slice(start, length).CopyTo(row);
            row = row[length..];
        }

        _losses[t - Begin] = descent.Loss;
        if (IsStored(t))
            descent.Gradient.CopyTo(Gradient(t));
    }

    public override void Bring(Descent<T> descent, int first, int last, CancellationToken cancellationToken)
    {
        Span<T> row = _evaluations[first - Begin], kept = row[..EvaluationLength];
        row = row[EvaluationLength..];
        foreach ((int start, int length) in _reads)
        {
            row[..length].CopyTo(_theta.AsSpan(start));
            row = row[length..];
        }

        _point = descent.Objective.NamePoint();
        if (IsStored(first))
            descent.RecallAt(first, _point, _theta, kept);
        else
            _ = descent.RecallAt(first, _point, _theta, kept, descent.GradientBuffer);
    }

    public override void RecallEvaluation(Descent<T> descent, int t)
    {
        // Brought with the step.
    }

    protected override void Reserve(Descent<T> descent)
    {
        _reads = descent.Objective.RecalledReads;
        _gradients.Plan(Plan.Stored, N);
        _evaluations.Plan(Plan.Evaluations, EvaluationLength + ReadLength(descent));
        if (_losses.Length != Plan.Steps)
            _losses = new double[Plan.Steps];
        if (_theta.Length != N)
            _theta = new T[N];
        _descent = descent;

        // What must not be read would show.
        Array.Fill(_theta, T.NaN);
    }

    private bool IsStored(int t) => t >= End - Plan.Stored;
}
