using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>Runs until the premise lambda_t &lt;= lambda holds at every step: a run in which it fails is repeated with a larger lambda, never counted as a pass (PAPERS 3.3, edge condition ii).</summary>
public static class ConvexRateRun
{
    /// <summary>A larger lambda is the largest lambda_t seen, times this.</summary>
    private const double Growth = 2;

    /// <summary>Runs.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="create">A new run whose beta fits this lambda.</param>
    /// <param name="steps">T.</param>
    /// <param name="lambda">The first lambda to try; 0: the largest lambda_t of the first step of a trial.</param>
    /// <param name="smoothness">L.</param>
    /// <param name="attempts">Most runs. Default: 40.</param>
    /// <returns>The last run; its verdicts at every step, and whether the premise held.</returns>
    public static ConvexRateOutcome<T> Until<T>(Func<double, ConvexMetaRun<T>> create, int steps, double lambda, double smoothness, int attempts = 40)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        Given.Positive(smoothness, nameof(smoothness));
        if (lambda == 0)
        {
            ConvexMetaRun<T> trial = create(1);
            trial.Step();
            lambda = trial.LargestJacobian > 0 ? trial.LargestJacobian : 1;
        }

        for (int attempt = 1; ; attempt++)
        {
            ConvexMetaRun<T> run = create(lambda);
            double worst = double.NegativeInfinity;
            bool within = true;
            while (run.Steps < steps && !(run.LargestJacobian > lambda))
            {
                run.Step();
                ConvexRateVerdict now = ConvexRate.Judge(run, lambda, smoothness);
                worst = Math.Max(worst, now.Ratio);
                within &= now.Gap <= now.Bound + now.Rounding;
            }

            ConvexRateVerdict verdict = ConvexRate.Judge(run, lambda, smoothness);
            if (!(run.LargestJacobian > lambda) || attempt == attempts)
                return new ConvexRateOutcome<T>(run, lambda, attempt, verdict, worst, verdict.Applies && within);
            lambda = Growth * run.LargestJacobian;
        }
    }
}

/// <summary>How a repeated run ended.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Run">The last run.</param>
/// <param name="Lambda">Its lambda.</param>
/// <param name="Attempts">How many runs it took.</param>
/// <param name="Verdict">At its last step.</param>
/// <param name="WorstRatio">The largest gap / bound over all its steps; of no meaning where the verdict does not apply, and above 1 by rounding at most where it is a pass.</param>
/// <param name="IsPass">Whether all premises held and the bound was kept at every step.</param>
public sealed record ConvexRateOutcome<T>(ConvexMetaRun<T> Run, double Lambda, int Attempts, ConvexRateVerdict Verdict, double WorstRatio, bool IsPass)
    where T : unmanaged, IFloatingPointIeee754<T>;
