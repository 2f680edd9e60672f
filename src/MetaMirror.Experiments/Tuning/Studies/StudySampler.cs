namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>Chooses what a study tries next. What it proposes depends on its seed and on the trials before, never on time or threads.</summary>
public abstract class StudySampler
{
    /// <summary>Name on the command line and in logs.</summary>
    public abstract string Name { get; }

    /// <summary>All that its proposals depend on besides space, goal and trials, by name: a log keeps it, and is refused where it differs.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> Settings { get; }

    /// <summary>The largest budget that it can serve; null: any.</summary>
    public virtual int? LargestBudget => null;

    /// <summary>Proposes settings to be tried at the same time.</summary>
    /// <param name="space">The space.</param>
    /// <param name="goal">What is looked for.</param>
    /// <param name="trials">All trials before, by number.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>As many; fewer, or none, where nothing is left to try.</returns>
    public abstract IReadOnlyList<StudyPoint> Propose(SearchSpace space, StudyGoal goal, IReadOnlyList<StudyTrial> trials, int count);
}
