using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>
/// The reverse loop: for t = T-1..0 replay g_t, take the rule's VJP, add the meta-objective's cotangents, add H_t times the gradient cotangent.
/// </summary>
internal sealed class ReverseSweep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _scale = new T[1];
    private readonly T[] _aScale = new T[1];
    private readonly T[] _aLoss = new T[1];
    private T[] _checkpoints = [];
    private T[] _segment = [];
    private T[] _end = [];
    private T[] _aTheta = [];
    private T[] _aState = [];
    private T[] _aGradient = [];
    private T[] _aInitial = [];
    private T[] _product = [];
    private double[] _losses = [];

    public HypergradientReport Compute(
        string name, InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        int back, int segmentLength, Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        Descent<T> descent = problem.Descent;
        if (descent.Unroll.Carry == StateCarry.CarryDifferentiable)
            throw new ArgumentException("Reverse mode can't differentiate through carried state of earlier runs; use forward mode or CarryDetached.", nameof(problem));
        int steps = descent.Unroll.Steps;
        int n = descent.Layout.Length;
        int s = descent.Memory.Length;
        int begin = steps - back;
        int segments = (back + segmentLength - 1) / segmentLength;
        Plan(n, s, segments, segmentLength);

        problem.Start(meta, run);
        double value = 0;
        while (descent.Position < steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int t = descent.Position;
            if (t >= begin && (t - begin) % segmentLength == 0)
                Store(descent, _checkpoints.AsSpan((t - begin) / segmentLength * (n + s), n + s), n);
            if (!descent.Evaluate())
                return Report(name, double.NaN, descent.Divergence());
            observer?.Visit(descent.Point(), descent.State);
            if (metaObjective.HasPathTerm)
            {
                value += metaObjective.PathTerm(descent.Point(), meta);
                if (t < begin)
                    AddExplicitPathGradient(descent, metaObjective, meta, direct);
            }

            descent.Advance();
        }

        if (!Vectors.AllFinite(descent.Theta))
            return Report(name, double.NaN, descent.Divergence());
        Store(descent, _end, n);
        observer?.Finish(descent.Initial, descent.Theta);
        RunEnds<T> ends = Hypergradient<T>.EndsOf(problem, metaObjective);
        value += metaObjective.FinalTerm(ends, meta);
        metaObjective.AddFinalGradient(ends, meta, _aInitial.AsSpan(0, n), _aTheta.AsSpan(0, n), direct);

        for (int k = segments - 1; k >= 0; k--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = begin + (k * segmentLength);
            int last = Math.Min(first + segmentLength, steps);
            Replay(descent, first, last, _checkpoints.AsSpan(k * (n + s), n + s));
            for (int t = last - 1; t >= first; t--)
                StepBack(descent, metaObjective, meta, t, Slot(t - first, n, s), _losses[t - first], indirect, direct);
        }

        // theta_1 enters as the first state (full reverse) and explicitly in q.
        Span<T> aInitial = _aInitial.AsSpan(0, n);
        if (begin == 0)
            Vectors.AddScaled<T>(T.One, _aTheta.AsSpan(0, n), aInitial);
        problem.InitialPoint.AddVjp(aInitial, meta.Slice(indirect, MetaPlace.InitialPoint));

        // A run that carries its state on goes on from the end, not from where the sweep went back to.
        descent.Restore(steps, _end.AsSpan(0, n), _end.AsSpan(n, s));
        return Report(name, value, new DescentResult(steps, Diverged: false, Tensor: null));
    }

    private void StepBack(
        Descent<T> descent, MetaObjective<T> metaObjective, MetaParameters<T> meta, int t, Span<T> slot, double loss, Span<T> indirect, Span<T> direct)
    {
        int n = descent.Layout.Length;
        Span<T> theta = slot[..n];
        Span<T> gradient = slot.Slice(n, n);
        ReadOnlySpan<T> memory = slot[(2 * n)..];
        Span<T> state = slot.Slice(2 * n, descent.State.Length);
        Span<T> aTheta = _aTheta.AsSpan(0, n);
        Span<T> aGradient = _aGradient.AsSpan(0, n);
        aGradient.Clear();
        _scale[0] = T.One;
        _aScale[0] = T.Zero;
        _aLoss[0] = T.Zero;
        descent.Rule.Vjp(
            descent.ContextAt(t, loss), new Iterate<T>(theta, gradient, _scale, state),
            new Iterate<T>(aTheta, aGradient, _aScale, _aState.AsSpan(0, state.Length)), meta.Slice(indirect, MetaPlace.Rule));
        if (metaObjective.HasPathTerm)
        {
            var point = new PathPoint<T> { Step = t, Steps = descent.Unroll.Steps, Theta = theta, Gradient = gradient, Loss = loss };
            metaObjective.AddPathGradient(point, meta, new PathCotangent<T> { Theta = aTheta, Gradient = aGradient, Loss = _aLoss, Meta = direct });
        }

        descent.Restore(t, theta, memory);
        Objective<T> objective = descent.Objective;
        ReadOnlySpan<T> objectiveMeta = meta.Of(MetaPlace.Objective);
        BatchKey batch = descent.Batch;
        if (objectiveMeta.Length > 0)
        {
            objective.AddMixedTransposeProduct(theta, objectiveMeta, batch, aGradient, meta.Slice(indirect, MetaPlace.Objective));
            if (_aLoss[0] != T.Zero)
                objective.AddMetaGradient(theta, objectiveMeta, batch, _aLoss[0], meta.Slice(indirect, MetaPlace.Objective));
        }

        descent.HessianVectorProducts(t, theta, 1, aGradient, _product.AsSpan(0, n));
        Vectors.AddScaled<T>(T.One, _product.AsSpan(0, n), aTheta);
        if (_aLoss[0] != T.Zero)
            Vectors.AddScaled<T>(_aLoss[0], gradient, aTheta);
    }

    private void Replay(Descent<T> descent, int first, int last, ReadOnlySpan<T> checkpoint)
    {
        int n = descent.Layout.Length;
        int s = descent.Memory.Length;
        descent.Restore(first, checkpoint[..n], checkpoint[n..]);
        for (int t = first; t < last; t++)
        {
            _ = descent.Evaluate(); // Finite on the forward run, and the replay has the same bits.
            Span<T> slot = Slot(t - first, n, s);
            descent.Theta.CopyTo(slot);
            descent.Gradient.CopyTo(slot[n..]);
            descent.Memory.CopyTo(slot[(2 * n)..]);
            _losses[t - first] = descent.Loss;
            if (t + 1 < last)
                descent.Advance();
        }
    }

    private void AddExplicitPathGradient(Descent<T> descent, MetaObjective<T> metaObjective, MetaParameters<T> meta, Span<T> direct)
    {
        int n = descent.Layout.Length;
        metaObjective.AddPathGradient(
            descent.Point(), meta,
            new PathCotangent<T> { Theta = _product.AsSpan(0, n), Gradient = _aGradient.AsSpan(0, n), Loss = _aLoss, Meta = direct });
    }

    private Span<T> Slot(int index, int n, int s) => _segment.AsSpan(index * ((2 * n) + s), (2 * n) + s);

    private static void Store(Descent<T> descent, Span<T> checkpoint, int n)
    {
        descent.Theta.CopyTo(checkpoint);
        descent.Memory.CopyTo(checkpoint[n..]);
    }

    private void Plan(int n, int s, int segments, int segmentLength)
    {
        Hypergradient<T>.Grow(ref _checkpoints, checked(segments * (n + s)));
        Hypergradient<T>.Grow(ref _segment, checked(segmentLength * ((2 * n) + s)));
        Hypergradient<T>.Grow(ref _end, n + s);
        Hypergradient<T>.Grow(ref _aTheta, n);
        Hypergradient<T>.Grow(ref _aState, s);
        Hypergradient<T>.Grow(ref _aGradient, n);
        Hypergradient<T>.Grow(ref _aInitial, n);
        Hypergradient<T>.Grow(ref _product, n);
        if (_losses.Length < segmentLength)
            _losses = new double[segmentLength];
        Array.Clear(_aTheta);
        Array.Clear(_aState);
        Array.Clear(_aInitial);
    }

    private unsafe HypergradientReport Report(string name, double value, DescentResult inner) =>
        new(name, value, inner, 0, 0, sizeof(T) * ((long)_checkpoints.Length + _segment.Length + _end.Length + (4L * _aTheta.Length) + _aState.Length));
}
