using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Runs;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Quadratics;

/// <summary>The learning rate that tuning chose.</summary>
/// <param name="Setting">The rate, constant.</param>
/// <param name="Total">Its iterations on all tuning tasks together; a run that does not arrive counts as ten times the cap.</param>
/// <param name="Evaluations">Rates tried.</param>
public readonly record struct TunedRate(RuleSetting Setting, double Total, int Evaluations);

/// <summary>
/// Chooses one learning rate by the mean number of iterations over a few tasks, on a log grid of eight rates a decade. A rate has to serve all tasks
/// of a regime, so a run that diverges or does not arrive counts as ten times the cap. Runs are cut as soon as they can't change the choice.
/// </summary>
public static class IterationTuner
{
    /// <summary>Rates per decade.</summary>
    public const int PerDecade = 8;

    private const double Penalty = 10;
    private const int LowestDecade = -5;
    private const int HighestDecade = 1;
    private const int FirstLimit = 500;
    private const int LimitGrowth = 8;
    private const int MaxExtensions = 5 * PerDecade;

    /// <summary>Tunes one optimizer.</summary>
    /// <param name="entry">The optimizer.</param>
    /// <param name="tasks">Tasks to tune on; numbers count from 0.</param>
    /// <param name="tolerance">Tolerance of ||g||_2.</param>
    /// <param name="cap">Updates at most.</param>
    /// <param name="cancellationToken">Ends tuning early.</param>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public static TunedRate Tune(
        OptimizerEntry<double> entry, IReadOnlyList<LearningTask<double>> tasks, double tolerance, int cap, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tasks);
        int first = LowestDecade * PerDecade, last = HighestDecade * PerDecade;
        int lowest = first - MaxExtensions, highest = last + MaxExtensions;
        // Short runs first: a rate whose total is within the limit can't be beaten by one that needs longer runs.
        for (long limit = FirstLimit; ; limit *= LimitGrowth)
        {
            int bound = (int)Math.Min(limit, cap);
            (int Rate, double Total) best = (first, double.PositiveInfinity);
            for (int k = first; k <= last; k++)
                Try(k, bound, ref best);
            // The best rate at the edge extends the grid until it is interior; rates that fail on a task tell nothing about a direction.
            while (best.Rate == first && first > lowest && best.Total < Penalty * cap)
                Try(--first, bound, ref best);
            while (best.Rate == last && last < highest && best.Total < Penalty * cap)
                Try(++last, bound, ref best);
            if (best.Total <= bound || bound == cap)
                return new TunedRate(Setting(best.Rate), best.Total, last - first + 1);
        }

        void Try(int k, int bound, ref (int Rate, double Total) best)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var contender = new Contender<double>(entry.Name, entry.Role, entry.Create(Setting(k)));
            double total = 0;
            for (int i = 0; i < tasks.Count && total < best.Total; i++)
            {
                int left = (int)Math.Min(bound, best.Total - total);
                double iterations = NormRun.Run(tasks[i], i, contender, tolerance, left).Iterations;
                total += double.IsFinite(iterations) ? iterations : Penalty * cap;
            }

            if (total < best.Total)
                best = (k, total);
        }
    }

    private static RuleSetting Setting(int k) => new(Math.Pow(10, (double)k / PerDecade), ScheduleName.Constant);
}
