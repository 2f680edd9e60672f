namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>Chooses what a study tries next. What it proposes depends on its seed and on the trials before, never on time or threads.</summary>
public abstract class StudySampler
{
    /// <summary>Name on the command line and in logs.</summary>
    public abstract string Name { get; }

    /// <summary>Proposes settings to be tried at the same time.</summary>
    /// <param name="space">The space.</param>
    /// <param name="goal">What is looked for.</param>
    /// <param name="trials">All trials before, by number.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>As many; fewer, or none, where nothing is left to try.</returns>
    public abstract IReadOnlyList<StudyPoint> Propose(SearchSpace space, StudyGoal goal, IReadOnlyList<StudyTrial> trials, int count);
}
