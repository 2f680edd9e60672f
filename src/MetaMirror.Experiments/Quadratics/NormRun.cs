using MetaMirror.Descents;
using MetaMirror.Experiments.Runs;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Quadratics;

/// <summary>How a run on a meta-quadratic ended.</summary>
/// <param name="Iterations">Updates before the gradient's norm fell below the tolerance; infinite if it did not before the cap.</param>
/// <param name="Diverged">Whether something became infinite or NaN.</param>
public readonly record struct NormResult(double Iterations, bool Diverged);

/// <summary>Runs until ||g||_2 falls below a tolerance; full batch, no test data.</summary>
public static class NormRun
{
    /// <summary>One run.</summary>
    /// <param name="task">The task.</param>
    /// <param name="number">Its number in the family.</param>
    /// <param name="contender">The optimizer.</param>
    /// <param name="tolerance">Tolerance of ||g||_2.</param>
    /// <param name="cap">Updates at most.</param>
    /// <param name="visit">Sees theta_t before every update and at the end; may be null.</param>
    public static NormResult Run(LearningTask<double> task, int number, Contender<double> contender, double tolerance, int cap, Action<double[]>? visit = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(contender);
        Objective<double> objective = task.CreateTrainingObjective();
        MetaParameters<double> meta = contender.MetaFor(objective);
        var descent = new Descent<double>(objective, contender.Rule, new Unroll(cap, FullBatch: true));
        double[] start = new double[objective.Layout.Length];
        var stream = new RandomStream(new StreamKey(0, 0, 0, StreamPurpose.InitialPoint, (uint)number));
        contender.Start.Place(task, ref stream, meta.Of(MetaPlace.InitialPoint), start);
        descent.Start(start, meta, new BatchKey(0, 0, 0, (uint)number));
        double squared = tolerance * tolerance;
        for (int t = 0; t <= cap; t++)
        {
            if (!descent.Evaluate())
                return new NormResult(double.PositiveInfinity, Diverged: true);
            visit?.Invoke(descent.Theta.ToArray());
            if (Vectors.SquaredNorm(descent.Gradient) < squared)
                return new NormResult(t, Diverged: false);
            descent.Advance();
        }

        return new NormResult(double.PositiveInfinity, Diverged: false);
    }
}
