using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Hypergradients;

/// <summary>
/// The reverse loop: for t = T-1..0 bring step t back, take the rule's VJP, add the meta-objective's cotangents, add H_t times the gradient cotangent.
/// </summary>
internal sealed class ReverseSweep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReverseOptions _options;
    private readonly int _window;
    private readonly bool _constantGradients;
    private readonly SegmentedTrajectory<T> _segmented = new();
    private readonly EvaluatedTrajectory<T> _evaluated = new();
    private Trajectory<T> _trajectory;
    private readonly T[] _scale = new T[1];
    private readonly T[] _aScale = new T[1];
    private readonly T[] _aLoss = new T[1];
    private T[] _aTheta = [];
    private T[] _aState = [];
    private T[] _aGradient = [];
    private T[] _aInitial = [];
    private T[] _product = [];

    /// <summary>Plans a sweep.</summary>
    /// <param name="options">Memory.</param>
    /// <param name="window">Steps after which nothing flows back any more; 0 for one window over the run.</param>
    /// <param name="constantGradients">Whether the gradients that the rule is given count as constants.</param>
    public ReverseSweep(ReverseOptions options, int window = 0, bool constantGradients = false) =>
        (_options, _window, _constantGradients, _trajectory) = (options, window, constantGradients, _segmented);

    public HypergradientReport Compute(
        string name, InnerProblem<T> problem, MetaObjective<T> metaObjective, MetaParameters<T> meta, in BatchKey run,
        int back, Span<T> indirect, Span<T> direct, DescentObserver<T>? observer, CancellationToken cancellationToken)
    {
        Descent<T> descent = problem.Descent;
        if (descent.Unroll.Carry == StateCarry.CarryDifferentiable)
            throw new ArgumentException("Reverse mode can't differentiate through carried state of earlier runs; use forward mode or CarryDetached.", nameof(problem));
        int steps = descent.Unroll.Steps;
        int begin = steps - back;
        Plan(descent, back, metaObjective.HasPathTerm);

        problem.Start(meta, run);
        double value = 0;
        while (descent.Position < steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!descent.Evaluate())
                return Report(name, double.NaN, descent.Divergence());

            // First: what comes after may evaluate elsewhere.
            _trajectory.Visit(descent);
            observer?.Visit(descent.Point(), descent.State);
            if (metaObjective.HasPathTerm)
            {
                value += metaObjective.PathTerm(descent.Point(), meta);
                if (descent.Position < begin)
                    AddExplicitPathGradient(descent, metaObjective, meta, direct);
            }

            descent.Advance();
        }

        if (!Vectors.AllFinite(descent.Theta))
            return Report(name, double.NaN, descent.Divergence());
        observer?.Finish(descent.Initial, descent.Theta);
        RunEnds<T> ends = Hypergradient<T>.EndsOf(problem, metaObjective);
        value += metaObjective.FinalTerm(ends, meta);
        metaObjective.AddFinalGradient(ends, meta, _aInitial, _aTheta, direct);

        try
        {
            for (int last = steps, first; last > begin; last = first)
            {
                first = _trajectory.FirstOf(last);
                _trajectory.Bring(descent, first, last, cancellationToken);
                for (int t = last - 1; t >= first; t--)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    StepBack(descent, metaObjective, meta, t, indirect, direct);
                }
            }
        }
        finally
        {
            // A run that carries its state on goes on from the end, not from where the sweep went back to.
            descent.MoveTo(steps);
        }

        // theta_1 enters as the first state (full reverse) and explicitly in q.
        if (begin == 0)
            Vectors.AddScaled<T>(T.One, _aTheta, _aInitial);
        problem.InitialPoint.AddVjp(_aInitial, meta.Slice(indirect, MetaPlace.InitialPoint));
        return Report(name, value, new DescentResult(steps, Diverged: false, Tensor: null));
    }

    private void StepBack(
        Descent<T> descent, MetaObjective<T> metaObjective, MetaParameters<T> meta, int t, Span<T> indirect, Span<T> direct)
    {
        Span<T> theta = _trajectory.Theta(t), gradient = _trajectory.Gradient(t);
        double loss = _trajectory.Loss(t);
        descent.MoveTo(t);

        // A rule that overwrites saves a pass over it, and one that reads it.
        bool fresh = descent.Rule.OverwritesFresh;
        if (!fresh)
            Array.Clear(_aGradient);
        _scale[0] = T.One;
        _aScale[0] = T.Zero;
        _aLoss[0] = T.Zero;
        descent.Rule.Vjp(
            descent.ContextAt(t, loss), new Iterate<T>(theta, gradient, _scale, _trajectory.State(t)),
            new Iterate<T>(_aTheta, _aGradient, _aScale, _aState) { IsFresh = fresh }, meta.Slice(indirect, MetaPlace.Rule));
        Objective<T> objective = descent.Objective;
        ReadOnlySpan<T> objectiveMeta = meta.Of(MetaPlace.Objective);
        if (_constantGradients)
            Array.Clear(_aGradient);
        if (_window > 0 && t > 0 && t % _window == 0)
        {
            // Theta and state that a window starts from are constants; what follows, the loss there, is that of the window before.
            if (objectiveMeta.Length > 0)
            {
                _trajectory.RecallEvaluation(descent, t);
                objective.AddMixedTransposeProduct(theta, objectiveMeta, descent.Batch, _aGradient, meta.Slice(indirect, MetaPlace.Objective));
            }

            Array.Clear(_aTheta);
            Array.Clear(_aState);
            Array.Clear(_aGradient);
        }

        if (metaObjective.HasPathTerm)
        {
            var point = new PathPoint<T> { Step = t, Steps = descent.Unroll.Steps, Theta = theta, Gradient = gradient, Loss = loss };
            metaObjective.AddPathGradient(point, meta, new PathCotangent<T> { Theta = _aTheta, Gradient = _aGradient, Loss = _aLoss, Meta = direct });
        }

        _trajectory.RecallEvaluation(descent, t);
        if (objectiveMeta.Length > 0)
        {
            objective.AddMixedTransposeProduct(theta, objectiveMeta, descent.Batch, _aGradient, meta.Slice(indirect, MetaPlace.Objective));
            if (_aLoss[0] != T.Zero)
                objective.AddMetaGradient(theta, objectiveMeta, descent.Batch, _aLoss[0], meta.Slice(indirect, MetaPlace.Objective));
        }

        if (!_constantGradients || _aGradient.AsSpan().ContainsAnyExcept(T.Zero))
            descent.AddHessianVectorProductAt(t, _trajectory.Point(t), theta, _aGradient, _aTheta, _product);
        if (_aLoss[0] != T.Zero)
            Vectors.AddScaled<T>(_aLoss[0], gradient, _aTheta);
    }

    private void AddExplicitPathGradient(Descent<T> descent, MetaObjective<T> metaObjective, MetaParameters<T> meta, Span<T> direct) =>
        metaObjective.AddPathGradient(
            descent.Point(), meta, new PathCotangent<T> { Theta = _product, Gradient = _aGradient, Loss = _aLoss, Meta = direct });

    private void Plan(Descent<T> descent, int back, bool pathTerm)
    {
        int n = descent.Layout.Length;
        ReversePlan plan = ReversePlan.For(back, Trajectory<T>.Sizes(descent, pathTerm), _options);
        _trajectory = plan.Alone ? _evaluated : _segmented;
        _trajectory.Reserve(descent, plan);
        Resize(ref _aTheta, n);
        Resize(ref _aState, descent.State.Length);
        Resize(ref _aGradient, n);
        Resize(ref _aInitial, n);
        Resize(ref _product, n);
        Array.Clear(_aTheta);
        Array.Clear(_aState);
        Array.Clear(_aInitial);
    }

    private static void Resize(ref T[] buffer, int length)
    {
        if (buffer.Length != length)
            buffer = new T[length];
    }

    private unsafe HypergradientReport Report(string name, double value, DescentResult inner) =>
        new(name, value, inner, 0, 0, _segmented.Bytes + _evaluated.Bytes + (sizeof(T) * ((4L * _aTheta.Length) + _aState.Length)));
}
