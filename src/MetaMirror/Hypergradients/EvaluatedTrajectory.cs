using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;

namespace MetaMirror.Hypergradients;

/// <summary>
/// All evaluations, each with the parameters that products read, and as many gradients as fit beside them; the other gradients are finished from their
/// evaluations. Theta itself is never brought back: neither the rule's cotangent map nor the meta-objective reads it. Finished gradients take the place of
/// the run's last one.
/// </summary>
internal sealed class EvaluatedTrajectory<T> : Trajectory<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bytes that a step takes besides its numbers: its loss, and where they are.</summary>
    private const int BytesPerStep = sizeof(double) + (4 * sizeof(int));

    private const int Finished = -1;

    private readonly RowPages<T> _evaluations = new();
    private readonly List<T[]> _gradients = [];
    private ImmutableArray<(int Start, int Length)> _reads = [];
    private double[] _losses = [];
    private int[] _gradientOf = [];
    private T[] _theta = [];
    private Descent<T>? _descent;
    private long _point;
    private int _stored;

    /// <summary>Bytes of the evaluations of so many steps, <paramref name="row"/> bytes each.</summary>
    internal static long BytesFor(int steps, long row) => RowPages<T>.BytesFor(steps, row) + ((long)steps * BytesPerStep);

    public override unsafe long Bytes => Filled(_gradients.Count, _evaluations.Bytes) + (sizeof(T) * (long)_theta.Length);

    public override Span<T> Theta(int t) => _theta;

    public override Span<T> Gradient(int t) => _gradientOf[t - Begin] is int g and not Finished ? _gradients[g] : _descent!.GradientBuffer;

    public override Span<T> State(int t) => [];

    public override double Loss(int t) => _losses[t - Begin];

    public override long Point(int t) => _point;

    public override int FirstOf(int last) => last - 1;

    public override void Visit(Descent<T> descent)
    {
        int t = descent.Position;
        if (t < Begin)
            return;
        while (_gradients.Count > _stored && Filled(_gradients.Count, _evaluations.Bytes + _evaluations.Growth) > Plan.Budget)
            _gradients.RemoveAt(_gradients.Count - 1);
        Span<T> row = _evaluations.Next();
        int length = descent.Objective.KeepEvaluation(row[..EvaluationLength]);
        foreach ((int start, int part) in _reads)
        {
            descent.Theta.Slice(start, part).CopyTo(row[length..]);
            length += part;
        }

        _evaluations.Add(length);
        _losses[t - Begin] = descent.Loss;
        _gradientOf[t - Begin] = Finished;

        // Whatever is still to come fits, too.
        if (Filled(_stored + 1, _evaluations.MostBytes) <= Plan.Budget)
        {
            _gradientOf[t - Begin] = _stored;
            StreamedCopy.To(descent.Gradient, Place(_stored++));
        }
    }

    public override void Bring(Descent<T> descent, int first, int last, CancellationToken cancellationToken)
    {
        ReadOnlySpan<T> row = _evaluations[first - Begin], read = row[^ReadLength(descent)..];
        foreach ((int start, int length) in _reads)
        {
            read[..length].CopyTo(_theta.AsSpan(start));
            read = read[length..];
        }

        _point = descent.Objective.NamePoint();
        if (_gradientOf[first - Begin] == Finished)
            _ = descent.RecallAt(first, _point, _theta, row, descent.GradientBuffer);
        else
            descent.RecallAt(first, _point, _theta, row);
    }

    public override void RecallEvaluation(Descent<T> descent, int t)
    {
        // Brought with the step.
    }

    protected override void Reserve(Descent<T> descent)
    {
        _reads = descent.Objective.RecalledReads;
        _evaluations.Plan(Plan.Steps, EvaluationLength + ReadLength(descent));
        if (_losses.Length != Plan.Steps)
            (_losses, _gradientOf) = (new double[Plan.Steps], new int[Plan.Steps]);
        if (_theta.Length != N)
        {
            _gradients.Clear();
            _theta = new T[N];
        }

        _descent = descent;
        _stored = 0;

        // What must not be read would show.
        Array.Fill(_theta, T.NaN);
    }

    private unsafe long Filled(int gradients, long evaluations) =>
        evaluations + ((long)gradients * N * sizeof(T)) + ((long)_losses.Length * BytesPerStep);

    /// <summary>A place for a gradient. Evaluations' places that only earlier runs needed go first.</summary>
    private T[] Place(int index)
    {
        if (index == _gradients.Count)
        {
            if (Filled(index + 1, _evaluations.Bytes) > Plan.Budget)
                _evaluations.Trim();
            _gradients.Add(GC.AllocateUninitializedArray<T>(N));
        }

        return _gradients[index];
    }
}
