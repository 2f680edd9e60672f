using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>Shampoo with the epsilon that users run, 1e-4: the cases of the contract have 1, as single precision must agree with double there.</summary>
public sealed class ShampooEpsilonTests
{
    private const int Steps = 24;

    /// <summary>
    /// Eigenvalues are exact to some 10 roundings of 1.1e-16 of the largest factor, below 24 (sqrt 5 + sqrt 11)^2 = 740: beside eps = 1e-4 in null directions 8e-9, a fourth of that in a root of a
    /// matrix, a half in that of a vector.
    /// </summary>
    private const double Tolerance = .5 * 10 * 1.1e-16 * 740 / 1e-4;

    [Theory, InlineData("shampoo"), InlineData("shampoo-every-step"), InlineData("shampoo-diagonal"), InlineData("shampoo-grafted")]
    public void A_run_with_the_default_epsilon_is_that_of_the_authors_algorithm(string name)
    {
        ShampooOptions options = ((Shampoo<double>)RuleCases.Named(name).Double()).Options with { Epsilon = new ShampooOptions().Epsilon };
        Assert.Equal(1e-4, options.Epsilon);
        ReferenceStep step = ShampooReference.Of(options);
        var run = new RuleRun<double>(new Shampoo<double>(options), RivalCases.Network);
        var stream = new RandomStream(new StreamKey(75, 0, 0, StreamPurpose.Test, 0));
        Complex[] theta = new Complex[run.Values.Theta.Length], state = new Complex[run.Values.State.Length];
        for (int t = 0; t < Steps; t++)
        {
            stream.FillNormal<double>(run.Values.Gradient);
            step(new ReferenceIterate
            {
                Step = t, Steps = Steps, Age = t, Theta = theta, Gradient = [.. run.Values.Gradient.Select(v => (Complex)v)], State = state, Scale = 1,
                Meta = run.MetaByName([.. run.Meta.Select(v => (Complex)v)]),
            });
            run.Step();
            Near($"theta at step {t}", theta, run.Values.Theta);
            Near($"state at step {t}", state, run.Values.State);
        }
    }

    /// <summary>Factors of rank one, whose rounding in single precision is up to 1e10 times eps and of either sign: no root is above that of eps itself.</summary>
    [Theory, InlineData(1e-6f), InlineData(1e-2f), InlineData(1), InlineData(1e3f), InlineData(1e6f)]
    public void Roots_of_rank_one_gradients_stay_below_that_of_epsilon(float size)
    {
        const int rows = 6, columns = 9;
        var options = new ShampooOptions();
        var run = new RuleRun<float>(new Shampoo<float>(options), new ParameterLayout(("0.weight", [rows, columns])));
        for (int t = 0; t < options.RootEvery; t++)
        {
            for (int i = 0; i < run.Values.Gradient.Length; i++)
                run.Values.Gradient[i] = size * MathF.Sin(1 + (i / columns)) * MathF.Cos(2 + (i % columns));
            run.Step();
            Assert.True(Vectors.AllFinite<float>(run.Values.Theta));
            Bounded(run.Values.State.AsSpan(rows * rows, rows * rows), rows);
            Bounded(run.Values.State.AsSpan((2 * rows * rows) + (columns * columns), columns * columns), columns);
        }

        // Entries of a root are at most its largest eigenvalue, and round by 6e-8 of that.
        void Bounded(ReadOnlySpan<float> root, int n)
        {
            double[] values = new double[n], a = new double[n * n];
            for (int i = 0; i < a.Length; i++)
                a[i] = root[i];
            double highest = Math.Pow(options.Epsilon, -.25), rounding = n * 6e-8 * highest;
            SymmetricEigen.Decompose(a, n, values, new double[n * n]);
            Assert.All(values, v => Assert.InRange(v, -rounding, highest + rounding));
        }
    }

    private static void Near(string what, Complex[] expected, double[] found)
    {
        double size = Math.Sqrt(expected.Sum(v => v.Real * v.Real)), error = Math.Sqrt(expected.Zip(found, (e, f) => (e.Real - f) * (e.Real - f)).Sum());
        Assert.True(error <= Tolerance * size, $"{what}: error {error}, size {size}");
    }
}
