using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;

namespace MetaMirror.Tests.MetaLearners;

/// <summary>Three quartic tasks that cancel when outer step number <c>after</c> is under way, by counting gradients.</summary>
internal sealed class CancelingQuartics
{
    /// <summary>3 tasks, 40 steps forward, 24 of them stored within the default budget and the others replayed.</summary>
    public const int GradientsOfAnOuterStep = 3 * (40 + 40 - 24);
    private readonly CancellationTokenSource _source;
    private readonly int _limit;
    private int _gradients;

    public CancelingQuartics(CancellationTokenSource source, double after)
    {
        _source = source;
        _limit = (int)(after * GradientsOfAnOuterStep);
        TaskFamily<double> plain = Families.Quartics(3);
        Family = new TaskFamily<double>(Enumerable.Range(0, 3).Select(k => new ObjectiveTask<double>(
            plain[k].Name, () => new Counted(this, plain[k].CreateTrainingObjective()), [.5, -.25])));
    }

    public TaskFamily<double> Family { get; }

    private void Count()
    {
        if (Interlocked.Increment(ref _gradients) == _limit)
            _source.Cancel();
    }

    private sealed class Counted(CancelingQuartics owner, Objective<double> inner) : Objective<double>
    {
        public override ParameterLayout Layout => inner.Layout;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient)
        {
            owner.Count();
            return inner.Evaluate(theta, meta, batch, gradient);
        }

        public override void HessianVectorProducts(
            ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            inner.HessianVectorProducts(theta, meta, batch, count, tangents, products);
    }
}
