using System.Numerics;
using System.Runtime.CompilerServices;
using MetaMirror.Descents;

namespace MetaMirror.Hypergradients;

/// <summary>The stored part of a run, by a <see cref="ReversePlan"/>: filled by the first sweep, then brought back from the end, a segment at a time.</summary>
internal abstract class Trajectory<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bytes allocated.</summary>
    public abstract long Bytes { get; }

    /// <summary>Steps differentiated.</summary>
    protected ReversePlan Plan { get; private set; }

    /// <summary>First of them.</summary>
    protected int Begin { get; private set; }

    /// <summary>End of them.</summary>
    protected int End => Begin + Plan.Steps;

    /// <summary>Number of parameters.</summary>
    protected int N { get; private set; }

    /// <summary>Length of the rule's state.</summary>
    protected int StateLength { get; private set; }

    /// <summary>Length of a kept evaluation.</summary>
    protected int EvaluationLength { get; private set; }

    /// <summary>Bytes of what would be stored of the runs of a descent.</summary>
    /// <param name="descent">The runs.</param>
    /// <param name="pathTerm">Whether there is a meta-objective along the path, which may read theta.</param>
    public static ReverseSizes Sizes(Descent<T> descent, bool pathTerm)
    {
        long n = descent.Layout.Length, s = descent.State.Length, e = descent.Objective.EvaluationLength(descent.Unroll.FullBatch), size = Unsafe.SizeOf<T>();
        const long Names = sizeof(double) + sizeof(long);
        var sizes = new ReverseSizes(size * (n + s), (size * ((2 * n) + s)) + Names, e == 0 ? 0 : (size * e) + sizeof(int));
        bool alone = e > 0 && s == 0 && !pathTerm && descent.Rule.PullsBackByGradientAlone && descent.Objective.MetaSpecs.Count == 0;
        return alone ? sizes with { Alone = size * (e + ReadLength(descent)), Gradient = size * n } : sizes;
    }

    /// <summary>Makes room for the last steps of runs of a descent.</summary>
    public void Reserve(Descent<T> descent, in ReversePlan plan)
    {
        Plan = plan;
        Begin = descent.Unroll.Steps - plan.Steps;
        (N, StateLength, EvaluationLength) = (descent.Layout.Length, descent.State.Length, descent.Objective.EvaluationLength(descent.Unroll.FullBatch));
        Reserve(descent);
    }

    /// <summary>theta_t, or what is read of it.</summary>
    public abstract Span<T> Theta(int t);

    /// <summary>g_t.</summary>
    public abstract Span<T> Gradient(int t);

    /// <summary>The rule's state before step t.</summary>
    public abstract Span<T> State(int t);

    /// <summary>loss_t.</summary>
    public abstract double Loss(int t);

    /// <summary>The objective's name of theta_t.</summary>
    public abstract long Point(int t);

    /// <summary>Where the segment that ends before <paramref name="last"/> begins.</summary>
    public abstract int FirstOf(int last);

    /// <summary>Sees the first sweep after each evaluation.</summary>
    public abstract void Visit(Descent<T> descent);

    /// <summary>Brings steps first..last-1 back; the steps from <paramref name="last"/> on are no longer needed.</summary>
    public abstract void Bring(Descent<T> descent, int first, int last, CancellationToken cancellationToken);

    /// <summary>Gives the objective what was kept of a step's evaluation, if anything was and it does not hold it still.</summary>
    public abstract void RecallEvaluation(Descent<T> descent, int t);

    /// <summary>Numbers of theta that products at a recalled evaluation read.</summary>
    protected static int ReadLength(Descent<T> descent)
    {
        int length = 0;
        foreach ((_, int part) in descent.Objective.RecalledReads)
            length += part;
        return length;
    }

    /// <summary>Makes room.</summary>
    protected abstract void Reserve(Descent<T> descent);
}
