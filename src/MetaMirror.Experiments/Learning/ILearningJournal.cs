using System.Numerics;
using MetaMirror.MetaLearners;

namespace MetaMirror.Experiments.Learning;

/// <summary>Remembers where learning is, phase by phase, so that a killed run goes on bit for bit.</summary>
/// <typeparam name="T">float or double.</typeparam>
public interface ILearningJournal<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Brings a fresh learner to the saved position of this phase, if there is one.</summary>
    void Resume(int phase, MetaLearner<T> learner);

    /// <summary>Saves a learner after an outer step of this phase; finished phases are kept.</summary>
    void Save(int phase, MetaLearner<T> learner);

    /// <summary>Statistics of finished source runs, or null.</summary>
    BoundStatistics? ReadStatistics();

    /// <summary>Saves the statistics of finished source runs.</summary>
    void SaveStatistics(BoundStatistics statistics);
}
