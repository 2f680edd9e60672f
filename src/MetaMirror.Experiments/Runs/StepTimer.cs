using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Runs;

/// <summary>Milliseconds per step: gradient plus update, evaluation excluded, on the calling thread, mean over consecutive steps, 100 after 20 unless stated.</summary>
/// <remarks>The first steps, in which some rules set up bases, are not in it.</remarks>
/// <param name="clock">The clock.</param>
/// <param name="warmUp">Steps before the clock starts.</param>
/// <param name="timed">Steps under the clock.</param>
public sealed class StepTimer(TimeProvider clock, int warmUp = StepTimer.WarmUp, int timed = StepTimer.Timed)
{
    /// <summary>Steps before the clock starts.</summary>
    public const int WarmUp = 20;

    /// <summary>Steps under the clock, so that refreshes that come every so many steps count.</summary>
    public const int Timed = 100;

    /// <summary>As a plan says.</summary>
    public static StepTimer Of(Plan plan, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Timing is { } timing ? new StepTimer(clock, timing.WarmUp, timing.Steps) : new StepTimer(clock);
    }

    /// <summary>Measures one optimizer on one task; nothing else should be running.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="runs">The task's objectives; schedules are those of its runs, or of one as long as is measured.</param>
    /// <param name="contender">The optimizer.</param>
    /// <param name="seed">Master seed.</param>
    /// <returns>Milliseconds per step; null if the run diverged, as steps over NaN are no steps.</returns>
    public double? MillisecondsPerStep<T>(TrainingRun<T> runs, Contender<T> contender, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(runs);
        Descent<T> descent = runs.Begin(contender, runs.MetaOf(contender), seed, run: 0, Math.Max(runs.Steps, warmUp + timed));
        if (!Take(descent, warmUp))
            return null;
        long start = clock.GetTimestamp();
        return Take(descent, timed) ? clock.GetElapsedTime(start).TotalMilliseconds / timed : null;
    }

    private static bool Take<T>(Descent<T> descent, int steps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int t = 0; t < steps; t++)
        {
            if (!descent.Evaluate())
                return false;
            descent.Advance();
        }

        return true;
    }
}
