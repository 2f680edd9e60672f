using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>Prodigy on more coordinates than the 1,024 it deals with at a time.</summary>
public sealed class ProdigyTests
{
    private const int Length = 2500, Steps = 12;

    /// <summary>12 steps of sums of 2,500 terms, each rounded to 1.1e-16: 3e-12; a step's d takes over the errors of those before it, some ten times.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>At most 16 roundings of 6e-8 in any number of a step; terms of sums have one sign and are added in double.</summary>
    private const double SingleTolerance = 16 * 6e-8;

    /// <summary>The initial distance has the same value in both element types.</summary>
    private static readonly ProdigyOptions Options = new() { InitialDistance = .125, Beta2 = .95, WeightDecay = .01 };

    private static readonly ParameterLayout Layout = ParameterLayout.Vector(Length);

    [Fact]
    public void All_coordinates_are_in_the_sums_and_take_the_step()
    {
        RuleRun<double> run = Begin(new Prodigy<double>(Options));
        Complex[] theta = [.. run.Values.Theta.Select(v => (Complex)v)], state = new Complex[run.Values.State.Length];
        ReferenceStep reference = ProdigyReference.Of(Options);
        for (int t = 0; t < Steps; t++)
        {
            TakeGradient(run);
            reference(new ReferenceIterate
            {
                Step = t, Steps = RuleRun<double>.Steps, Age = t, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = 1,
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            });
            run.Step();
            Near(t, [.. theta.Concat(state).Select(v => v.Real)], [.. run.Values.Theta, .. run.Values.State], Tolerance);
        }

        // The sums made d.
        Assert.True(Prodigy<double>.Distance(run.Values.State) > 4 * Options.InitialDistance);
    }

    [Fact]
    public void Single_precision_agrees_to_rounding()
    {
        RuleRun<float> run = Begin(new Prodigy<float>(Options));
        var rule = new Prodigy<double>(Options);
        double[] meta = Arrays<float>.To<double>(run.Meta), scratch = new double[rule.ScratchLength(Layout)];
        for (int t = 0; t < Steps; t++)
        {
            TakeGradient(run);
            Arrays<double> wide = run.Values.To<double>();
            rule.Step(new() { Step = t, Steps = RuleRun<double>.Steps, Age = t, Layout = Layout, Meta = meta, Scratch = scratch }, wide.Iterate);
            run.Step();
            Near(t, [.. wide.Theta, .. wide.State], [.. run.Values.To<double>().Theta, .. run.Values.To<double>().State], SingleTolerance);
        }
    }

    private static RuleRun<T> Begin<T>(Prodigy<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var run = new RuleRun<T>(rule, Layout);
        for (int i = 0; i < Length; i++)
            run.Values.Theta[i] = T.CreateTruncating(i % 5 / 4.0);
        return run;
    }

    /// <summary>
    /// Of bowls with bottoms at 2,000, 4,000, ..., 14,000. No term of &lt;g, theta_0 - theta&gt; changes its sign: with these betas an entry of m / sqrt(v) is at most 1.2, d at most the longest way so far, so that
    /// 12 steps lead 0.125 (1 + 1.2)^12 = 1,600 far at most.
    /// </summary>
    private static void TakeGradient<T>(RuleRun<T> run)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < Length; i++)
            run.Values.Gradient[i] = run.Values.Theta[i] - T.CreateTruncating(2000 * (1 + (i % 7)));
    }

    /// <summary>Theta, then the state: m, v, s, theta_0; r, d, d_max. Each by its own size.</summary>
    private static void Near(int t, double[] expected, double[] found, double tolerance)
    {
        for (int start = 0; start < expected.Length;)
        {
            int count = Math.Min(Length, start < 5 * Length ? Length : 1);
            double size = 0, error = 0;
            for (int i = start; i < start + count; i++)
            {
                size += expected[i] * expected[i];
                error += (expected[i] - found[i]) * (expected[i] - found[i]);
            }

            Assert.True(Math.Sqrt(error) <= tolerance * Math.Sqrt(size), $"step {t}, from entry {start}: error {Math.Sqrt(error)}, size {Math.Sqrt(size)}");
            start += count;
        }
    }
}
