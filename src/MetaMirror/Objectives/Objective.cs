using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Objectives;

/// <summary>
/// A loss L(theta, mu; batch) with its exact derivatives. An instance owns its work buffers: use one per thread.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Objective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Names and shapes of theta.</summary>
    public abstract ParameterLayout Layout { get; }

    /// <summary>Meta-parameters inside the loss, e.g. regularizer weights. Empty by default.</summary>
    public virtual IReadOnlyList<MetaParameterSpec<T>> MetaSpecs => [];

    /// <summary>
    /// Names and shapes of the objective state: buffers that are no parameters and that training moves, such as BatchNorm's running
    /// statistics. The loop owns them. They enter no training loss, only evaluation. Empty by default.
    /// </summary>
    public virtual ParameterLayout StateLayout => Inner?.StateLayout ?? ParameterLayout.Empty;

    /// <summary>What is known about convexity and curvature in theta at these meta-parameters; by default nothing.</summary>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    public virtual LossCurvature Curvature(ReadOnlySpan<T> meta) => LossCurvature.Unknown;

    /// <summary>Threads that kernels may use while one task trains; null for the caller's alone. Results have the same bits with any.</summary>
    public virtual WorkerTeam? Team
    {
        get => Inner?.Team;
        set
        {
            if (Inner is { } inner)
                inner.Team = value;
        }
    }

    /// <summary>The objective that this one adds to, or null: state and team are its.</summary>
    protected virtual Objective<T>? Inner => null;

    /// <summary>
    /// Names theta of the next calls, or 0 (the default) for a theta without a name. Calls of the same name other than 0, out of <see cref="NamePoint"/>, promise the
    /// same theta: an objective that remembers its last evaluation need not compare. Training loops name their points and save a comparison and a copy; it changes no result.
    /// </summary>
    public virtual long Point
    {
        get => Same?.Point ?? 0;
        set
        {
            if (Same is { } inner)
                inner.Point = value;
        }
    }

    /// <summary>A name that was never given before, or 0 where names are of no use.</summary>
    public virtual long NamePoint() => Same?.NamePoint() ?? 0;

    /// <summary>
    /// True promises that every call asks the inner objective at the same theta on the same batch only, so that the inner objective's evaluations may
    /// be kept and recalled as this one's. Default: false.
    /// </summary>
    protected virtual bool AsksInnerAtTheta => false;

    private Objective<T>? Same => AsksInnerAtTheta ? Inner : null;

    /// <summary>Writes the objective state at the start of training, shape [StateLayout.Length].</summary>
    public virtual void InitializeState(Span<T> state) => Inner?.InitializeState(state);

    /// <summary>Moves the objective state on by one training step at theta on the batch.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="batch">Which examples.</param>
    /// <param name="state">Shape [StateLayout.Length], updated.</param>
    public virtual void AdvanceState(ReadOnlySpan<T> theta, in BatchKey batch, Span<T> state) => Inner?.AdvanceState(theta, batch, state);

    /// <summary>Loss on the batch; writes dL/dtheta to <paramref name="gradient"/> unless that is empty.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    /// <param name="batch">Which examples; objectives without data ignore it.</param>
    /// <param name="gradient">Shape [Layout.Length], overwritten; or empty for the loss alone.</param>
    public abstract double Evaluate(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, Span<T> gradient);

    /// <summary>H v for <paramref name="count"/> tangents at once, H = d2L/dtheta2 at theta on the batch.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    /// <param name="batch">Which examples.</param>
    /// <param name="count">Number of tangents k.</param>
    /// <param name="tangents">Shape [k x Layout.Length].</param>
    /// <param name="products">Shape [k x Layout.Length], overwritten.</param>
    public abstract void HessianVectorProducts(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, int count, ReadOnlySpan<T> tangents, Span<T> products);

    /// <summary>sum += H v.</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="meta">Natural values of <see cref="MetaSpecs"/>.</param>
    /// <param name="batch">Which examples.</param>
    /// <param name="tangent">v, shape [Layout.Length].</param>
    /// <param name="sum">Shape [Layout.Length], added to.</param>
    /// <param name="work">Shape [Layout.Length], may be overwritten.</param>
    public virtual void AddHessianVectorProduct(
        ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> tangent, Span<T> sum, Span<T> work)
    {
        HessianVectorProducts(theta, meta, batch, 1, tangent, work);
        Vectors.AddScaled(T.One, work, sum);
    }

    /// <summary>
    /// The most numbers that <see cref="KeepEvaluation"/> writes for the largest batch; 0 (the default, unless <see cref="AsksInnerAtTheta"/>) where
    /// keeping them is not worth their memory, and then neither Keep nor Recall is called.
    /// </summary>
    /// <param name="fullBatch">True for the whole set, false for mini-batches.</param>
    public virtual int EvaluationLength(bool fullBatch) => Same?.EvaluationLength(fullBatch) ?? 0;

    /// <summary>
    /// Which parts of theta the calls at a recalled evaluation read, each (first index, length); the rest of their theta may then hold anything. Default: all of it.
    /// </summary>
    public virtual ImmutableArray<(int Start, int Length)> RecalledReads => [(0, Layout.Length)];

    /// <summary>Keeps what derivatives need of the last evaluation, which was with a gradient: reverse mode comes back to it.</summary>
    /// <param name="kept">Shape [EvaluationLength], overwritten.</param>
    /// <returns>How many numbers of it were written; fewer where there is less to keep, as of evaluations with many zeros.</returns>
    public virtual int KeepEvaluation(Span<T> kept) => Same?.KeepEvaluation(kept) ?? 0;

    /// <summary>
    /// Takes back what was kept. <see cref="Evaluate"/> and <see cref="HessianVectorProducts"/> that follow, at this theta on this batch, then give
    /// the bits that they would give anyway, without computing the kept part again.
    /// </summary>
    /// <param name="theta">Where it was evaluated, shape [Layout.Length].</param>
    /// <param name="batch">On which examples.</param>
    /// <param name="kept">What <see cref="KeepEvaluation"/> wrote; more may follow.</param>
    public virtual void RecallEvaluation(ReadOnlySpan<T> theta, in BatchKey batch, ReadOnlySpan<T> kept) => Same?.RecallEvaluation(theta, batch, kept);

    /// <summary>Whether the outputs z of two points can be compared: <see cref="MatchOutputs"/>. Default: as the inner objective, false without one.</summary>
    public virtual bool MatchesOutputs => Inner?.MatchesOutputs ?? false;

    /// <summary>
    /// KL(p(target) || p(theta)) = mean_i KL(p(z~_i) || p(z_i)) of the distributions that the outputs z of the batch's examples stand for, z~ those at the target, and its gradient
    /// in theta, J^T dKL/dz: for softmax J^T (softmax(z) - softmax(z~)) / B. Whatever else is in the loss (labels, regularizers) has no part in it.
    /// </summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="target">Shape [Layout.Length], held fixed.</param>
    /// <param name="batch">Which examples.</param>
    /// <param name="gradient">Shape [Layout.Length], overwritten.</param>
    /// <param name="share">
    /// In (0, 1]: on so much of a mini-batch, the first ceil(share B) of its examples, drawn as all are; on all of them where rows depend on each other (BatchNorm) and of the whole set.
    /// Default: 1.
    /// </param>
    /// <exception cref="ArgumentException">There are no outputs to match: <see cref="MatchesOutputs"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not in (0, 1].</exception>
    public virtual double MatchOutputs(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, in BatchKey batch, Span<T> gradient, double share = 1) =>
        Inner is { } inner ? inner.MatchOutputs(theta, target, batch, gradient, share)
            : throw new ArgumentException($"The objective {GetType().Name.Split('`')[0]} has no outputs to match; {nameof(MatchesOutputs)} is false.", nameof(theta));

    /// <summary>How many of a batch's examples are matched.</summary>
    private protected static int MatchedRows(int rows, double share, in BatchKey batch) => share is > 0 and <= 1
        ? batch.IsFull ? rows : (int)Math.Ceiling(share * rows)
        : throw new ArgumentOutOfRangeException(nameof(share), share, "Outputs are matched on a share of the batch above 0, at most 1.");

    /// <summary>metaCotangent += weight dL/dmu. Zero by default.</summary>
    public virtual void AddMetaGradient(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, T weight, Span<T> metaCotangent)
    {
    }

    /// <summary>metaCotangent += (d2L/dtheta dmu)^T v. Zero by default.</summary>
    public virtual void AddMixedTransposeProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> metaCotangent)
    {
    }

    /// <summary>product += (d2L/dtheta dmu) metaTangent. Zero by default.</summary>
    public virtual void AddMixedProduct(ReadOnlySpan<T> theta, ReadOnlySpan<T> meta, in BatchKey batch, ReadOnlySpan<T> metaTangent, Span<T> product)
    {
    }
}
