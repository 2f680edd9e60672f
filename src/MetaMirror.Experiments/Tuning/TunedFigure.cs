namespace MetaMirror.Experiments.Tuning;

/// <summary>A reported quantity; baselines are tuned for each of them separately.</summary>
public enum TunedFigure
{
    /// <summary>First step at which the target was reached: median over seeds.</summary>
    StepsToTarget,

    /// <summary>Mean training loss over the run: median over seeds.</summary>
    MeanTrainingLoss,

    /// <summary>Mean training loss over the last tenth: median over seeds.</summary>
    FinalTrainingLoss,

    /// <summary>Accuracy on the test set: mean over seeds.</summary>
    TestAccuracy,

    /// <summary>Loss on the test set: mean over seeds; where there are no classes.</summary>
    TestLoss,
}
