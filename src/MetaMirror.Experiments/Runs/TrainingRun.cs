using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Experiments.Runs;

/// <summary>One thread's objectives for the runs on one task; made once, used by run after run.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TrainingRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MeasuredTask<T> _task;
    private readonly Measurement _measurement;
    private readonly Objective<T> _training;
    private readonly LossMeasure<T>? _measure;
    private readonly T[] _start;
    private T[]? _elsewhere;

    /// <summary>Makes the objectives.</summary>
    /// <param name="task">The task.</param>
    /// <param name="measurement">How runs are measured.</param>
    /// <param name="team">Threads for the kernels, where one run has the machine to itself. Default: the caller's alone.</param>
    public TrainingRun(MeasuredTask<T> task, Measurement measurement, WorkerTeam? team = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(measurement);
        _task = task;
        _measurement = measurement;
        _training = task.Task.CreateTrainingObjective();
        _training.Team = team;
        _measure = task.CreateMeasure();
        _start = new T[_training.Layout.Length];
    }

    /// <summary>T.</summary>
    public int Steps => _measurement.Steps;

    /// <summary>Watches each step before its update. Default: nobody.</summary>
    public DescentObserver<T>? Observer { get; init; }

    /// <summary>Trains once, from initial weights and on mini-batches that the key names: they are the same for all optimizers. Steps allocate nothing.</summary>
    /// <param name="contender">The optimizer.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="run">Number of the run: the seed index of a comparison.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public RunRecord Run(Contender<T> contender, ulong seed, int run, CancellationToken cancellationToken = default) =>
        Run(contender, seed, run, [], [], cancellationToken);

    /// <summary>Names and shapes of the objective state, e.g. BatchNorm's running statistics.</summary>
    public ParameterLayout StateLayout => _training.StateLayout;

    /// <summary>Trains once and hands out the trained parameters.</summary>
    /// <param name="contender">The optimizer.</param>
    /// <param name="seed">Master seed.</param>
    /// <param name="run">Number of the run: chooses initial weights and batches.</param>
    /// <param name="trained">Where the last theta goes, shape [n]; or empty.</param>
    /// <param name="state">Where the last objective state goes, shape [StateLayout.Length]; or empty.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public RunRecord Run(Contender<T> contender, ulong seed, int run, Span<T> trained, Span<T> state, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contender);
        MetaParameters<T> meta = contender.MetaFor(_training);
        Descent<T> descent = Begin(contender, meta, seed, run, _measurement.Steps);
        double[] losses = new double[_measurement.Count];
        double[]? judged = _measurement.JudgesGradient ? new double[_measurement.Count] : null;
        double[] accuracies = new double[_measurement.AccuracyCount];
        bool diverged = Train(descent, meta, losses, judged, accuracies, cancellationToken);
        if (!trained.IsEmpty)
            descent.Theta.CopyTo(trained);
        if (!state.IsEmpty)
            descent.ObjectiveState.CopyTo(state);
        return new RunRecord(losses, _measurement.EverySteps, diverged, diverged ? null : _task.Test(descent.Theta, descent.ObjectiveState), judged)
        {
            Accuracies = Array.TrueForAll(accuracies, double.IsNaN) ? [] : accuracies,
            AccuracyEverySteps = _measurement.AccuracyEverySteps,
            Gradients = descent.GradientCount,
            HessianVectorProducts = descent.HessianVectorCount,
        };
    }

    /// <summary>A run at its start; the timer takes its own steps.</summary>
    internal Descent<T> Begin(Contender<T> contender, MetaParameters<T> meta, ulong seed, int run, int steps)
    {
        var key = new BatchKey(seed, 0, (uint)run, (uint)_task.Number);
        var stream = new RandomStream(new StreamKey(seed, 0, key.OuterStep, StreamPurpose.InitialPoint, key.Task));
        contender.Start.Place(_task.Task, ref stream, meta.Of(MetaPlace.InitialPoint), _start);
        var descent = new Descent<T>(_training, contender.Rule, new Unroll(steps, _measurement.FullBatch));
        descent.Start(_start, meta, key);
        return descent;
    }

    internal MetaParameters<T> MetaOf(Contender<T> contender) => contender.MetaFor(_training);

    private bool Train(Descent<T> descent, MetaParameters<T> meta, double[] losses, double[]? judged, double[] accuracies, CancellationToken cancellationToken)
    {
        accuracies.AsSpan().Fill(double.NaN);
        for (int t = 0; t < _measurement.Steps; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (accuracies.Length > 0 && t % _measurement.AccuracyEverySteps == 0)
                accuracies[t / _measurement.AccuracyEverySteps] = Accuracy(descent);
            bool finite = descent.Evaluate();
            if (t % _measurement.EverySteps == 0)
            {
                int k = t / _measurement.EverySteps;
                double loss = Measure(descent, meta, judged is not null, out ReadOnlySpan<T> gradient);
                if (!double.IsFinite(loss))
                    finite = false;
                losses[k] = loss;
                judged?[k] = double.CreateTruncating(Vectors.MaxAbs(gradient));
            }

            if (!finite)
            {
                losses.AsSpan(t / _measurement.EverySteps).Fill(double.NaN);
                return true;
            }

            Observer?.Visit(descent.Point(), descent.State);
            descent.Advance();
        }

        return descent.Refusal is not null || !Vectors.AllFinite(descent.Theta);
    }

    /// <summary>Scores that are not numbers still name a class, so what has diverged is not asked for its accuracy.</summary>
    private double Accuracy(Descent<T> descent) =>
        descent.Refusal is null && Vectors.AllFinite(descent.Theta) && _task.Test(descent.Theta, descent.ObjectiveState) is { Accuracy: { } accuracy } test && double.IsFinite(test.Loss)
            ? accuracy
            : double.NaN;

    /// <summary>The training loss at theta, and its gradient over the whole set where that is judged.</summary>
    private double Measure(Descent<T> descent, MetaParameters<T> meta, bool judges, out ReadOnlySpan<T> gradient)
    {
        // A full-batch gradient has brought the loss over the whole set with it, unless the rule took it elsewhere than at theta.
        if (_measurement.FullBatch && !descent.Rule.LooksElsewhere)
        {
            gradient = descent.Gradient;
            return _measure is null ? descent.Loss : _measure(descent.Theta, descent.ObjectiveState);
        }

        T[] whole = judges ? _elsewhere ??= new T[_training.Layout.Length] : [];
        gradient = whole;
        double loss = judges || _measure is null ? _training.Evaluate(descent.Theta, meta.Of(MetaPlace.Objective), BatchKey.Full, whole) : double.NaN;
        return _measure is null ? loss : _measure(descent.Theta, descent.ObjectiveState);
    }
}
