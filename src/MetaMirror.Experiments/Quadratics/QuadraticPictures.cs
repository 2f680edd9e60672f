using System.Globalization;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Tasks;

namespace MetaMirror.Experiments.Quadratics;

/// <summary>Paths of all optimizers on one held-out quadratic (MetaMD, Figure 1).</summary>
internal static class QuadraticPictures
{
    /// <summary>The first points of a path are kept one by one, as they are drawn as dots.</summary>
    private const int Dense = 100;

    /// <summary>Points kept of the rest.</summary>
    private const int Sparse = 300;

    /// <summary>The picture of a regime: the held-out task on which the first optimizer needed its median of iterations.</summary>
    public static QuadraticPicture Of(RegimeResult regime)
    {
        int pick = TypicalTask(regime.Results[0]);
        MetaQuadraticTask task = regime.HeldOut[pick];
        int cap = regime.Plan.Training.Steps;
        double tolerance = regime.Plan.Target.Value.Number!.Value;
        OptimizerPath[] paths = [.. regime.Contenders.Select(c => Path(task, c, tolerance, cap))];
        var iterations = string.Join(", ", regime.Contenders.Select((c, i) =>
            $"{c.Label ?? c.Name} {(double.IsFinite(regime.Results[i][pick].Iterations) ? regime.Results[i][pick].Iterations.ToString(CultureInfo.InvariantCulture) : "not reached")}"));
        return new QuadraticPicture(
            $"{regime.Family.Regime.Name}: {task.Name}",
            new PlaneQuadratic(task.Q[0], task.Q[1], task.Q[3], task.B[0], task.B[1]),
            paths,
            $"A held-out quadratic from (3, 3); iterations until the gradient's norm is below {tolerance.ToString(CultureInfo.InvariantCulture)}: {iterations}.");
    }

    private static int TypicalTask(NormResult[] results)
    {
        int[] order = [.. Enumerable.Range(0, results.Length).OrderBy(i => results[i].Iterations).ThenBy(i => i)];
        return order[(order.Length - 1) / 2];
    }

    private static OptimizerPath Path(MetaQuadraticTask task, Contender<double> contender, double tolerance, int cap)
    {
        var points = new List<double[]>();
        NormRun.Run(task, 0, contender, tolerance, cap, points.Add);
        double[][] kept = [.. Kept(points.Count).Select(i => points[i])];
        return new OptimizerPath(contender.Name, [.. kept.Select(p => p[0])], [.. kept.Select(p => p[1])]);
    }

    private static IEnumerable<int> Kept(int count)
    {
        int stride = Math.Max(1, (count - Dense) / Sparse);
        for (int i = 0; i < count; i++)
        {
            if (i < Dense || (i - Dense) % stride == 0 || i == count - 1)
                yield return i;
        }
    }
}
