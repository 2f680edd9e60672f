namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>What a study found.</summary>
/// <param name="Name">Name of the study, such as that of an optimizer.</param>
/// <param name="Sampler">Name of the sampler.</param>
/// <param name="Goal">What was looked for.</param>
/// <param name="Trials">All trials, by number.</param>
/// <param name="IsComplete">False if it was canceled before its last trial had ended.</param>
public sealed record StudyResult(string Name, string Sampler, StudyGoal Goal, IReadOnlyList<StudyTrial> Trials, bool IsComplete)
{
    /// <summary>The best trial, of equal ones the first; null if none has a value.</summary>
    public StudyTrial? Best => Trials.Where(t => t.Value.HasValue).MinBy(t => Goal == StudyGoal.Minimize ? t.Value!.Value : -t.Value!.Value);

    /// <summary>Trials that ended so.</summary>
    public int Count(TrialStatus status) => Trials.Count(t => t.Status == status);

    /// <summary>Time of all trials together.</summary>
    public double Seconds => Trials.Sum(t => t.Seconds);

    /// <summary>The best value up to each trial, shape [trials]; NaN before the first value.</summary>
    public double[] BestSoFar()
    {
        double[] best = new double[Trials.Count];
        double now = double.NaN;
        for (int i = 0; i < best.Length; i++)
        {
            if (Trials[i].Value is { } value && !(Goal == StudyGoal.Minimize ? now <= value : now >= value))
                now = value;
            best[i] = now;
        }

        return best;
    }
}
