using System.Numerics;
using MetaMirror.Experiments.Plans;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>Schedules by the names that plans use.</summary>
internal static class Scheduling
{
    /// <summary>Learning rates fall to this share.</summary>
    private const double FinalFraction = 0.05;

    /// <summary>r of 1 / (1 + r t / T).</summary>
    private const double InverseTimeDecay = 4;

    /// <summary>The name of a schedule, as in plans.</summary>
    public static string Word(ScheduleName schedule) => schedule switch
    {
        ScheduleName.Linear => "linear",
        ScheduleName.Cosine => "cosine",
        ScheduleName.InverseTime => "inverse-time",
        _ => "constant",
    };

    /// <summary>The rule with its schedule in front.</summary>
    /// <param name="schedule">How the learning rate falls.</param>
    /// <param name="warmup">Steps over which it rises first; 0 for none.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="learn">True to learn where it ends, or its decay.</param>
    public static UpdateRule<T> Of<T>(ScheduleName schedule, int warmup, UpdateRule<T> rule, bool learn = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        UpdateRule<T>[] falls = schedule switch
        {
            ScheduleName.Constant => [],
            ScheduleName.Linear => [new LinearSchedule<T>(FinalFraction, learn: learn)],
            ScheduleName.Cosine => [new CosineSchedule<T>(FinalFraction, learn)],
            ScheduleName.InverseTime => [new InverseTimeSchedule<T>(InverseTimeDecay, learn)],
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "No such schedule."),
        };
        UpdateRule<T>[] rises = warmup > 0 ? [new Warmup<T>(warmup)] : [];
        return rises.Length + falls.Length == 0 ? rule : new Chain<T>([.. rises, .. falls, rule]);
    }
}
