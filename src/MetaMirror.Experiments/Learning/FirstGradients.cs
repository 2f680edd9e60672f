using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Experiments.Runs;
using MetaMirror.InitialPoints;
using MetaMirror.Numerics;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Learning;

/// <summary>2-norms of the first gradients of runs: what meta-training saw, and whether a new task looks like it.</summary>
/// <param name="Least">Smallest norm.</param>
/// <param name="Largest">Largest norm.</param>
public readonly record struct FirstGradients(double Least, double Largest)
{
    /// <summary>Gradients looked at per run.</summary>
    public const int Count = 5;

    /// <summary>A norm this many times outside the range is unlike anything seen.</summary>
    public const double Slack = 10;

    /// <summary>True if another range lies within this one, with slack.</summary>
    public bool Covers(FirstGradients other) =>
        other.Least <= other.Largest && double.IsFinite(other.Largest) && other.Least >= Least / Slack && other.Largest <= Largest * Slack;

    /// <summary>Runs a contender for a few steps on each task.</summary>
    public static FirstGradients Of<T>(IEnumerable<LearningTask<T>> tasks, Contender<T> contender, bool fullBatch, ulong seed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(contender);
        double least = double.PositiveInfinity;
        double largest = 0;
        uint number = 0;
        foreach (LearningTask<T> task in tasks)
        {
            var problem = new InnerProblem<T>(task, contender.Rule, new TaskInitialPoint<T>(), new Unroll(Count, fullBatch));
            problem.Start(contender.MetaFor(problem.Descent.Objective), new BatchKey(seed, 0, 0, number++));
            while (problem.Descent.Position < Count)
            {
                if (!problem.Descent.Evaluate())
                {
                    // A gradient that is not finite is unlike anything, and counts as infinitely large.
                    largest = double.PositiveInfinity;
                    break;
                }

                double norm = Math.Sqrt(Vectors.SquaredNorm(problem.Descent.Gradient));
                least = Math.Min(least, norm);
                largest = Math.Max(largest, norm);
                problem.Descent.Advance();
            }
        }

        return new FirstGradients(least, largest);
    }
}
