using MetaMirror.Experiments.Learning;

namespace MetaMirror.Experiments.Tests.Learning;

/// <summary>Progress of learning, told at once.</summary>
internal sealed class Told(Action<LearningProgress> tell) : IProgress<LearningProgress>
{
    public void Report(LearningProgress value) => tell(value);
}
