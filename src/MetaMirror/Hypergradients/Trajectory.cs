using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Descents;

namespace MetaMirror.Hypergradients;

/// <summary>
/// The stored part of a run, by a <see cref="ReversePlan"/>: filled by the first sweep, then brought backwards segment by segment. A step's place
/// in a ring is its number modulo the ring's length.
/// </summary>
internal sealed class Trajectory<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly StoredRows<T> _checkpoints = new();
    private readonly StoredRows<T> _steps = new();
    private readonly StoredRows<T> _evaluations = new();
    private double[] _losses = [];
    private long[] _points = [];
    private int[] _evaluated = [];
    private ReversePlan _plan;
    private int _begin;
    private int _n;
    private int _s;
    private int _e;

    /// <summary>Bytes allocated.</summary>
    public unsafe long Bytes =>
        _checkpoints.Bytes + _steps.Bytes + _evaluations.Bytes + ((long)_losses.Length * (sizeof(double) + sizeof(long))) + ((long)_evaluated.Length * sizeof(int));

    private int End => _begin + _plan.Steps;

    /// <summary>Makes room for the last <paramref name="back"/> steps of runs of a descent.</summary>
    public void Plan(Descent<T> descent, int back, ReverseOptions options)
    {
        (_n, _s, _e) = (descent.Layout.Length, descent.State.Length, descent.Objective.EvaluationLength(descent.Unroll.FullBatch));
        long size = Unsafe.SizeOf<T>();
        var sizes = new ReverseSizes(size * (_n + _s), (size * ((2L * _n) + _s)) + sizeof(double) + sizeof(long), _e == 0 ? 0 : (size * _e) + sizeof(int));
        _plan = ReversePlan.For(back, sizes, options);
        _begin = descent.Unroll.Steps - back;
        _checkpoints.Plan(_plan.Checkpoints, _n + _s);
        _steps.Plan(_plan.Stored, (2 * _n) + _s);
        _evaluations.Plan(_plan.Evaluations, _e);
        if (_losses.Length != _plan.Stored)
            (_losses, _points) = (new double[_plan.Stored], new long[_plan.Stored]);
        if (_evaluated.Length != _plan.Evaluations)
            _evaluated = new int[_plan.Evaluations];
        Array.Fill(_evaluated, -1);
    }

    public Span<T> Theta(int t) => Step(t)[.._n];

    public Span<T> Gradient(int t) => Step(t).Slice(_n, _n);

    public Span<T> State(int t) => Step(t)[(2 * _n)..];

    public double Loss(int t) => _losses[t % _plan.Stored];

    /// <summary>The objective's name of theta at step t.</summary>
    public long Point(int t) => _points[t % _plan.Stored];

    /// <summary>Where the segment that ends before <paramref name="last"/> begins.</summary>
    public int FirstOf(int last) => Math.Max(_begin, last - _plan.Stored);

    /// <summary>Sees the first sweep after each evaluation.</summary>
    public void Visit(Descent<T> descent)
    {
        int t = descent.Position;
        if (t < _begin)
            return;
        if (t >= End - _plan.Stored)
        {
            descent.Theta.CopyTo(Theta(t));
            descent.Gradient.CopyTo(Gradient(t));
            descent.State.CopyTo(State(t));
            _losses[t % _plan.Stored] = descent.Loss;
            _points[t % _plan.Stored] = descent.PointName;
        }
        else if (t == _begin || (End - t) % _plan.Stored == 0)
        {
            Span<T> checkpoint = Checkpoint(t);
            descent.Theta.CopyTo(checkpoint);
            descent.State.CopyTo(checkpoint[_n..]);
        }

        KeepEvaluation(descent, t, End);
    }

    /// <summary>Brings steps first..last-1 back; the steps from <paramref name="last"/> on are no longer needed.</summary>
    public void Replay(Descent<T> descent, int first, int last, CancellationToken cancellationToken)
    {
        if (last == End)
            return;
        Span<T> checkpoint = Checkpoint(first);
        checkpoint[.._n].CopyTo(Theta(first));
        checkpoint[_n..].CopyTo(State(first));
        for (int t = first; t < last; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Finite on the first sweep, and these are the same bits.
            long point = descent.Objective.NamePoint();
            double loss = Has(t)
                ? descent.RecallAt(t, point, Theta(t), _evaluations[t % _plan.Evaluations], Gradient(t))
                : descent.EvaluateAt(t, point, Theta(t), Gradient(t));
            _losses[t % _plan.Stored] = loss;
            _points[t % _plan.Stored] = point;
            KeepEvaluation(descent, t, last);
            if (t + 1 == last)
                continue;
            Theta(t).CopyTo(Theta(t + 1));
            State(t).CopyTo(State(t + 1));
            descent.StepAt(t, loss, Theta(t + 1), Gradient(t), State(t + 1));
        }
    }

    /// <summary>Gives the objective back what was kept of a step's evaluation, if anything was and it does not hold it still.</summary>
    public void RecallEvaluation(Descent<T> descent, int t, bool holds)
    {
        if (Has(t) && !holds)
            descent.RecallAt(t, Point(t), Theta(t), _evaluations[t % _plan.Evaluations]);
    }

    private bool Has(int t) => _evaluated.Length > 0 && _evaluated[t % _evaluated.Length] == t;

    /// <summary>Steps before last - Evaluations would take the place of later ones that are still needed.</summary>
    private void KeepEvaluation(Descent<T> descent, int t, int last)
    {
        if (t < last - _plan.Evaluations || Has(t))
            return;
        descent.Objective.KeepEvaluation(_evaluations[t % _plan.Evaluations]);
        _evaluated[t % _plan.Evaluations] = t;
    }

    private Span<T> Checkpoint(int t) => _checkpoints[(End - t - 1) / _plan.Stored - 1];

    private Span<T> Step(int t) => _steps[t % _plan.Stored];
}
