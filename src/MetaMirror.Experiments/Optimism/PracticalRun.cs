using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;

namespace MetaMirror.Experiments.Optimism;

/// <summary>
/// Meta-learning as it is practised (Optimistic Meta-Gradients, Algorithms 1 and 3; PAPERS 3.2, 3.5): no averages, x_t = x_{t-1} + varphi(x_{t-1}, w_t),
/// w_{t+1} = w_t - beta D_t^T (grad f(x_t) + y~_{t+1} - y~_t) with y~_{t+1} = grad f(x_t) if optimistic, else 0. No bound holds for it.
/// </summary>
internal static class PracticalRun
{
    public static void Fill(Objective<double> objective, double[] start, UpdateFamily<double> family, MetaDomain<double> domain, double first, double beta, bool optimistic, double[] losses)
    {
        int n = start.Length, m = family.MetaLength(n);
        double[] x = [.. start], point = new double[n], g = new double[n], before = new double[n], missed = new double[n], features = new double[family.FeatureLength(n)];
        double[] w = new double[m], slope = new double[m], center = new double[m];
        Array.Fill(w, first);
        losses[0] = objective.Evaluate(x, [], BatchKey.Full, g);
        for (int t = 1; t < losses.Length; t++)
        {
            family.Prepare(x, g, features);
            family.Apply(x, features, w, point);
            (x, point) = (point, x);
            g.CopyTo(before, 0);
            losses[t] = objective.Evaluate(x, [], BatchKey.Full, g);
            if (!double.IsFinite(losses[t]))
            {
                losses.AsSpan(t).Fill(double.PositiveInfinity);
                return;
            }

            // y~_1 = 0: the first guess is made after the first step.
            Vectors.LinearCombination<double>(optimistic ? 2 : 1, g, optimistic && t > 1 ? -1 : 0, before, missed);
            family.PullBack(features, w, missed, slope);
            Vectors.AddScaled(-beta, slope, w);
            domain.Project(center, w);
        }
    }
}
