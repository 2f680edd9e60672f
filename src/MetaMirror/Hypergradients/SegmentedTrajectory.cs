using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.Hypergradients;

/// <summary>
/// Whole steps in a ring that the segments take over one after the other, each replayed from its checkpoint; evaluations in a ring of their own. A step's
/// place is its number modulo the ring's length.
/// </summary>
internal sealed class SegmentedTrajectory<T> : Trajectory<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StoredRows<T> _checkpoints = new();
    private readonly StoredRows<T> _steps = new();
    private readonly StoredRows<T> _evaluations = new();
    private double[] _losses = [];
    private long[] _points = [];
    private int[] _evaluated = [];
    private int _held;

    public override long Bytes =>
        _checkpoints.Bytes + _steps.Bytes + _evaluations.Bytes + ((long)_losses.Length * (sizeof(double) + sizeof(long))) + ((long)_evaluated.Length * sizeof(int));

    public override Span<T> Theta(int t) => Step(t)[..N];

    public override Span<T> Gradient(int t) => Step(t).Slice(N, N);

    public override Span<T> State(int t) => Step(t)[(2 * N)..];

    public override double Loss(int t) => _losses[t % Plan.Stored];

    public override long Point(int t) => _points[t % Plan.Stored];

    public override int FirstOf(int last) => Math.Max(Begin, last - Plan.Stored);

    public override void Visit(Descent<T> descent)
    {
        int t = descent.Position;
        if (t < Begin)
            return;
        if (t >= End - Plan.Stored)
        {
            descent.Theta.CopyTo(Theta(t));
            descent.Gradient.CopyTo(Gradient(t));
            descent.State.CopyTo(State(t));
            (_losses[t % Plan.Stored], _points[t % Plan.Stored]) = (descent.Loss, descent.PointName);
        }
        else if (t == Begin || (End - t) % Plan.Stored == 0)
        {
            Span<T> checkpoint = Checkpoint(t);
            descent.Theta.CopyTo(checkpoint);
            descent.State.CopyTo(checkpoint[N..]);
        }

        KeepEvaluation(descent, t, End);
    }

    public override void Bring(Descent<T> descent, int first, int last, CancellationToken cancellationToken)
    {
        _held = -1;
        if (last == End)
            return;
        Span<T> checkpoint = Checkpoint(first);
        checkpoint[..N].CopyTo(Theta(first));
        checkpoint[N..].CopyTo(State(first));
        for (int t = first; t < last; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Finite on the first sweep, and these are the same bits.
            long point = descent.Objective.NamePoint();
            double loss = Has(t)
                ? descent.RecallAt(t, point, Theta(t), _evaluations[t % Plan.Evaluations], Gradient(t))
                : descent.EvaluateAt(t, point, Theta(t), Gradient(t));
            (_losses[t % Plan.Stored], _points[t % Plan.Stored]) = (loss, point);
            KeepEvaluation(descent, t, last);
            if (t + 1 == last)
                continue;
            Theta(t).CopyTo(Theta(t + 1));
            State(t).CopyTo(State(t + 1));
            descent.StepAt(t, loss, Theta(t + 1), Gradient(t), State(t + 1));
        }

        _held = last - 1;
    }

    public override void RecallEvaluation(Descent<T> descent, int t)
    {
        if (Has(t) && _held != t)
            descent.RecallAt(t, Point(t), Theta(t), _evaluations[t % Plan.Evaluations]);
    }

    protected override void Reserve(Descent<T> descent)
    {
        _checkpoints.Plan(Plan.Checkpoints, N + StateLength);
        _steps.Plan(Plan.Stored, (2 * N) + StateLength);
        _evaluations.Plan(Plan.Evaluations, EvaluationLength);
        if (_losses.Length != Plan.Stored)
            (_losses, _points) = (new double[Plan.Stored], new long[Plan.Stored]);
        if (_evaluated.Length != Plan.Evaluations)
            _evaluated = new int[Plan.Evaluations];
        Array.Fill(_evaluated, -1);
    }

    private bool Has(int t) => _evaluated.Length > 0 && _evaluated[t % _evaluated.Length] == t;

    /// <summary>Steps before last - Evaluations would take the place of later ones that are still needed.</summary>
    private void KeepEvaluation(Descent<T> descent, int t, int last)
    {
        if (t < last - Plan.Evaluations || Has(t))
            return;
        descent.Objective.KeepEvaluation(_evaluations[t % Plan.Evaluations]);
        _evaluated[t % Plan.Evaluations] = t;
    }

    private Span<T> Checkpoint(int t) => _checkpoints[((End - t - 1) / Plan.Stored) - 1];

    private Span<T> Step(int t) => _steps[t % Plan.Stored];
}
