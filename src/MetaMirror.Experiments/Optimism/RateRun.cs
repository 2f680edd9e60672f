using MetaMirror.Objectives;
using MetaMirror.Optimism.Convex;

namespace MetaMirror.Experiments.Optimism;

/// <summary>One run with beta = what its rate asks for, repeated with a larger lambda while its premise fails.</summary>
/// <param name="Gaps">f(xbar_T) - f* at the steps kept.</param>
/// <param name="Bounds">The bounds there.</param>
/// <param name="Worst">The largest gap / bound at any step.</param>
/// <param name="Holds">Whether the premises held and no gap was above its bound.</param>
/// <param name="Repeats">How often it was repeated.</param>
internal sealed record RateRun(double[] Gaps, double[] Bounds, double Worst, bool Holds, int Repeats)
{
    private const int MostRepeats = 40;

    // 4,000 steps of some ten roundings of 1.1e-16, on gap and bound.
    private const double Rounding = 1e-11;

    public static RateRun Of(
        Objective<double> objective, Func<UpdateFamily<double>> family, double[] start, Optimum<double> optimum, double smoothness, IterateWeights weights, Guess<double> guess, int[] steps)
    {
        double lambda = 1;
        for (int repeats = 0; ; repeats++)
        {
            double beta = ConvexRate.Beta(weights, lambda, smoothness);
            var run = new ConvexMetaRun<double>(
                objective, new() { Family = family(), Learner = new FollowTheLeader<double>(MetaRate.Constant(beta)), Weights = weights, Guess = guess }, start, optimum);
            double[] gaps = new double[steps.Length], bounds = new double[steps.Length];
            double worst = double.NegativeInfinity, squared = run.SquaredDistance();
            bool within = true;
            for (int i = 0; i < steps.Length && !(run.LargestJacobian > lambda); i++)
            {
                while (run.Steps < steps[i])
                {
                    run.Step();

                    // The formula of the verdict, without its list of premises at every step.
                    double bound = squared / (2 * beta * run.WeightSum);
                    worst = Math.Max(worst, run.Identity!.Gap / bound);
                    within &= run.Identity.Gap <= bound * (1 + Rounding);
                }

                ConvexRateVerdict verdict = ConvexRate.Judge(run, lambda, smoothness);
                (gaps[i], bounds[i]) = (verdict.Gap, verdict.Bound);
            }

            if (!(run.LargestJacobian > lambda) || repeats == MostRepeats)
                return new RateRun(gaps, bounds, worst, within && ConvexRate.Judge(run, lambda, smoothness).Applies, repeats);
            lambda = 2 * run.LargestJacobian;
        }
    }
}
