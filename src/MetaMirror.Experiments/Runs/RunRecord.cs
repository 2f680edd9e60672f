using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Runs;

/// <summary>What was measured in one run. No smoothing, loss before the update.</summary>
public sealed class RunRecord
{
    private readonly double[] _losses;
    private readonly double[] _judged;

    /// <summary>Keeps what was measured.</summary>
    /// <param name="losses">Training loss at steps 0, n, 2n, ...; after a divergence NaN. Not copied.</param>
    /// <param name="everySteps">n.</param>
    /// <param name="diverged">Whether a loss, gradient or parameter became infinite or NaN.</param>
    /// <param name="test">Loss and accuracy on the test set at the end; null where there is none or the run diverged.</param>
    /// <param name="judged">What targets are about, at the same steps; null: the training loss. Not copied.</param>
    public RunRecord(double[] losses, int everySteps, bool diverged, TestMeasure? test, double[]? judged = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentOutOfRangeException.ThrowIfZero(losses.Length, nameof(losses));
        if (judged is not null && judged.Length != losses.Length)
            throw new ArgumentException($"{judged.Length} values are to be judged, expected {losses.Length}, one per loss.", nameof(judged));
        _losses = losses;
        _judged = judged ?? losses;
        EverySteps = everySteps;
        Diverged = diverged;
        Test = test;
        MeanLoss = diverged ? double.PositiveInfinity : Mean(losses);
        FinalLoss = diverged ? double.PositiveInfinity : Mean(losses.AsSpan(losses.Length - LastTenth(losses.Length)));
    }

    /// <summary>Training loss at steps 0, n, 2n, ...; NaN after a divergence.</summary>
    public ReadOnlySpan<double> Losses => _losses;

    /// <summary>What targets are about, at the same steps: the training loss, or max |g_i|.</summary>
    public ReadOnlySpan<double> Judged => _judged;

    /// <summary>n.</summary>
    public int EverySteps { get; }

    /// <summary>Whether a loss, gradient or parameter became infinite or NaN.</summary>
    public bool Diverged { get; }

    /// <summary>Loss and accuracy on the test set at the end.</summary>
    public TestMeasure? Test { get; }

    /// <summary>Test accuracy at steps 0, m, 2m, ...; NaN after a divergence; empty where it was not measured or there are no classes.</summary>
    public double[] Accuracies { get; init; } = [];

    /// <summary>m.</summary>
    public int AccuracyEverySteps { get; init; }

    /// <summary>Gradients that training computed, those of rules that look for themselves among them.</summary>
    public long Gradients { get; init; }

    /// <summary>Hessian-vector products that training computed.</summary>
    public long HessianVectorProducts { get; init; }

    /// <summary>Mean over all measurements; infinite after a divergence.</summary>
    public double MeanLoss { get; }

    /// <summary>Mean over the last tenth of the measurements (rounded up); infinite after a divergence.</summary>
    public double FinalLoss { get; }

    /// <summary>
    /// The first measured step whose judged quantity is at most the target, that is the number of updates before it; infinite if there is
    /// none, or if the run diverged afterwards.
    /// </summary>
    public double StepsTo(double target)
    {
        if (Diverged)
            return double.PositiveInfinity;
        for (int k = 0; k < _judged.Length; k++)
        {
            if (_judged[k] <= target)
                return (double)k * EverySteps;
        }

        return double.PositiveInfinity;
    }

    private static int LastTenth(int count) => (count + 9) / 10;

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return sum / values.Length;
    }
}
