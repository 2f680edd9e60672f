using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Tests.UpdateRules.Neural;

/// <summary>Rules that are networks over several pieces of coordinates, where the contract's layouts fill less than one; how they start; what they refuse.</summary>
public sealed class NeuralRuleTests
{
    [Fact]
    public void Ranges_and_epsilons_whose_powers_are_no_numbers_are_refused()
    {
        Assert.Contains("at most 80", Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LstmRule<float>(new LstmRuleOptions { Range = 89 })).Message, StringComparison.Ordinal);
        Assert.Contains("at least 1E-20", Assert.Throws<ArgumentOutOfRangeException>(() => _ = new MlpRule<float>(new MlpRuleOptions { Epsilon = 1e-26 })).Message, StringComparison.Ordinal);
        foreach (UpdateRule<float> rule in (UpdateRule<float>[])[new LstmRule<float>(new LstmRuleOptions { Range = 80 }), new MlpRule<float>(new MlpRuleOptions { Epsilon = 1e-20 })])
        {
            // A dead input beside a live one, and the smallest float.
            var layout = ParameterLayout.Vector(3);
            float[] theta = [1, 2, 3], scale = [1], gradient = [0, 1, float.Epsilon], state = new float[rule.StateLength(layout)];
            float[] meta = [.. new MetaParameters<float>([], rule.MetaSpecs(layout), []).Natural];
            for (int t = 0; t < 3; t++)
            {
                var context = new StepContext<float> { Step = t, Steps = 3, Age = t, Layout = layout, Meta = meta, Scratch = new float[rule.ScratchLength(layout)] };
                rule.Step(context, new Iterate<float>(theta, gradient, scale, state));
                Assert.All(theta, x => Assert.True(float.IsFinite(x)));
            }
        }
    }

    private const double H = 1e-60;

    /// <summary>Fewer than 100 roundings of 1.1e-16 in a number; derivatives of squashed gates and of divisions by a root amplify them some ten times.</summary>
    private const double Rounding = 1e-12;

    // More than two pieces of 128 and one of 256, none whole; tensors that begin within one.
    private static readonly ParameterLayout Several = new(("0.weight", [9, 31]), ("0.bias", [9]), ("1.weight", [2, 9]));

    [Fact]
    public void Pieces_of_an_lstm_equal_the_scalar_loop()
    {
        var options = new LstmRuleOptions { LearningRate = .1, Units = 3, Layers = 2, OutputDeviation = .5 };
        Equal(new LstmRule<double>(options), NeuralCases.Reference(options));
    }

    [Fact]
    public void Pieces_of_a_network_of_momenta_equal_the_scalar_loop()
    {
        var options = new MlpRuleOptions { LearningRate = .1, Units = 4, Decays = [.3, .9, .99], OutputDeviation = .5 };
        Equal(new MlpRule<double>(options), NeuralCases.Reference(options, Several));
    }

    /// <summary>Appendix A with p = 10: the sign alone counts from e^-10 on, and below it e^10 g.</summary>
    [Fact]
    public void An_lstm_starts_at_the_sign_of_the_gradient()
    {
        var run = new RuleRun<double>(new LstmRule<double>(new LstmRuleOptions { LearningRate = .02 }), ParameterLayout.Vector(6));
        double[] g = [3, -1e-4, 4.6e-5, 4.5e-5, -1e-6, 0];
        double[] direction = [1, -1, 1, Math.Exp(10) * 4.5e-5, -Math.Exp(10) * 1e-6, 0];
        for (int t = 1; t <= 2; t++)
        {
            g.CopyTo(run.Values.Gradient, 0);
            run.Step();
            for (int i = 0; i < g.Length; i++)
                Assert.Equal(-.02 * t * direction[i], run.Values.Theta[i], 1e-15);
        }
    }

    [Fact]
    public void A_network_of_momenta_starts_at_momentum_of_one_length_in_each_tensor()
    {
        var layout = new ParameterLayout(("weight", [2, 2]), ("bias", [2]));
        var run = new RuleRun<double>(new MlpRule<double>(new MlpRuleOptions { LearningRate = .02 }), layout);
        double[] first = [1, -2, 3, -4, .01, .02], second = [-2, 1, 1, 0, .03, -.01], theta = new double[6], m = new double[6];
        foreach (double[] g in (double[][])[first, second])
        {
            g.CopyTo(run.Values.Gradient, 0);
            run.Step();
            m = [.. m.Zip(g, (a, b) => (.9 * a) + (.1 * b))];
            double weight = Math.Sqrt(m[..4].Sum(a => a * a) / 4), bias = Math.Sqrt(m[4..].Sum(a => a * a) / 2);
            theta = [.. theta.Select((x, i) => x - (.02 * m[i] / (i < 4 ? weight : bias)))];
        }

        // eps = 1e-10 beside mean squares of 1e-6 and more.
        for (int i = 0; i < theta.Length; i++)
            Assert.Equal(theta[i], run.Values.Theta[i], .04 * 1e-4);
    }

    [Fact]
    public void Random_weights_follow_the_seed()
    {
        double[] Weights(ulong seed) => [.. new LstmRule<double>(new LstmRuleOptions { Seed = seed }).MetaSpecs(Several)[0].Initial];
        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
        Assert.Equal(1, Math.Sqrt(Vectors.SquaredNorm<double>(Weights(3)) / 160) * Math.Sqrt(2), 0.2);
    }

    [Fact]
    public void Zero_and_tiny_gradients_leave_derivatives_finite()
    {
        foreach (UpdateRule<double> rule in (UpdateRule<double>[])[new LstmRule<double>(), new MlpRule<double>()])
        {
            var run = new RuleRun<double>(rule, Several);
            run.Values.Gradient[3] = 1e-300;
            RandomStream stream = new(new StreamKey(1606, 0, 0, StreamPurpose.Test, 1));
            Arrays<double> d = run.Direction(ref stream), a = run.Direction(ref stream);
            double[] aMeta = new double[run.Meta.Length];
            rule.Jvp(run.Context, run.Values.Iterate, run.MetaDirection(ref stream), d.Iterate);
            rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
            run.Step();
            Assert.All([.. d.Flat, .. a.Flat, .. aMeta, .. run.Values.Flat], x => Assert.True(double.IsFinite(x)));
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Refused("units of lstm-rule must be from 1 to 256", () => new LstmRule<double>(new LstmRuleOptions { Units = 0 }));
        Refused("layers of lstm-rule must be from 1 to 8", () => new LstmRule<double>(new LstmRuleOptions { Layers = 9 }));
        Refused("range of lstm-rule must be positive", () => new LstmRule<double>(new LstmRuleOptions { Range = 0 }));
        Refused("learning_rate of lstm-rule must be positive", () => new LstmRule<double>(new LstmRuleOptions { LearningRate = -1 }));
        Refused("units of mlp-rule must be from 1 to 256", () => new MlpRule<double>(new MlpRuleOptions { Units = 257 }));
        Refused("decays of mlp-rule must be from 1 to 256", () => new MlpRule<double>(new MlpRuleOptions { Decays = [] }));
        Refused("decay of mlp-rule must be at least 0 and below 1", () => new MlpRule<double>(new MlpRuleOptions { Decays = [.5, 1] }));
        Refused("magnitude of mlp-rule must be at least 0", () => new MlpRule<double>(new MlpRuleOptions { Magnitude = -1 }));
        Refused("epsilon of mlp-rule must be positive", () => new MlpRule<double>(new MlpRuleOptions { Epsilon = 0 }));
        Refused("output deviation of mlp-rule must be at least 0", () => new MlpRule<double>(new MlpRuleOptions { OutputDeviation = double.NaN }));

        static void Refused(string message, Func<UpdateRule<double>> create) =>
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);
    }

    /// <summary>Two steps; the second with its tangents by complex steps, and the cotangent map as the transpose of the tangent map.</summary>
    private static void Equal(UpdateRule<double> rule, ReferenceStep step)
    {
        RandomStream stream = new(new StreamKey(1606, 0, 0, StreamPurpose.Test, 0));
        RuleRun<double> run = RuleRun<double>.At(1, rule, Several, ref stream);
        Arrays<double> t = run.Direction(ref stream), jt = t.Copy(), a = run.Direction(ref stream), ja = a.Copy(), x = run.Values.Copy();
        double[] tMeta = run.MetaDirection(ref stream), jaMeta = new double[tMeta.Length];
        var reference = new ReferenceIterate
        {
            Step = run.Age, Steps = RuleRun<double>.Steps, Age = run.Age, Theta = Along(x.Theta, t.Theta), Gradient = Along(x.Gradient, t.Gradient), State = Along(x.State, t.State),
            Scale = Along(x.Scale, t.Scale)[0], Meta = run.MetaByName(Along(run.Meta, tMeta)),
        };
        step(reference);
        rule.Jvp(run.Context, x.Iterate, tMeta, jt.Iterate);
        rule.Vjp(run.Context, x.Iterate, ja.Iterate, jaMeta);
        rule.Step(run.Context, x.Iterate);
        Near([.. reference.Theta.Concat(reference.State).Select(z => z.Real)], [.. x.Theta, .. x.State]);
        Near([.. reference.Theta.Concat(reference.State).Select(z => z.Imaginary / H)], [.. jt.Theta, .. jt.State]);
        double pushed = Vectors.Dot<double>(a.Flat, jt.Flat), pulled = Vectors.Dot<double>(ja.Flat, t.Flat) + Vectors.Dot<double>(jaMeta, tMeta);
        Assert.Equal(pushed, pulled, Rounding * Math.Sqrt(Vectors.SquaredNorm<double>(a.Flat) * Vectors.SquaredNorm<double>(jt.Flat)));
    }

    private static void Near(double[] expected, double[] found)
    {
        double error = Math.Sqrt(expected.Zip(found, (e, f) => (e - f) * (e - f)).Sum()), size = Math.Sqrt(Vectors.SquaredNorm<double>(expected));
        Assert.True(error <= Rounding * size, $"error {error}, norm {size}");
    }

    private static Complex[] Along(double[] x, double[] d) => [.. x.Zip(d, (value, tangent) => new Complex(value, H * tangent))];
}
