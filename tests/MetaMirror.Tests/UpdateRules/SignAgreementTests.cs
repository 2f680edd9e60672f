using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>PowerSign and AddSign: what the contract's single steps don't show.</summary>
public sealed class SignAgreementTests
{
    private const int Steps = 60;

    // A step rounds each coordinate at most 8 times; the sum of 60 moves of at most e eta |g| is below 64.
    private const double Tolerance = 8 * Steps * 64 * 1.2e-16;

    public static TheoryData<string> Names => ["powersign", "addsign"];

    /// <summary>A whole run against the paper's pseudo-code in scalars, with gradients whose signs change.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Runs_Equal_The_Scalar_Loop(string name)
    {
        const int n = 11;
        const double eta = .03, beta = .9;
        var stream = new RandomStream(new StreamKey(1709, 0, 0, StreamPurpose.Test, 7417));
        RuleRun<double> run = new(Rule(name, new SignAgreementOptions { LearningRate = eta, Decay = SignDecay.Cosine }), ParameterLayout.Vector(n));
        double[] theta = new double[n], m = new double[n];
        int agreed = 0;
        for (int t = 0; t < Steps; t++)
        {
            double f = .5 * (1 + Math.Cos(Math.PI * t / Steps));
            for (int i = 0; i < n; i++)
            {
                double g = i == 3 ? 0 : stream.NextNormal() + (.3 * Math.Sin(i));
                run.Values.Gradient[i] = g;
                m[i] = (beta * m[i]) + ((1 - beta) * g);
                double s = f * Math.Sign(g) * Math.Sign(m[i]);
                theta[i] -= eta * (name == "powersign" ? Math.Exp(s) : 1 + s) * g;
                agreed += Math.Sign(g * m[i]);
            }

            run.Rule.Step(ContextAt(run, t), run.Values.Iterate);
        }

        Assert.True(agreed is > 0 and < (n - 1) * Steps, "signs agreed always or never");
        for (int i = 0; i < n; i++)
            Assert.Equal(theta[i], run.Values.Theta[i], Tolerance);
    }

    [Fact]
    public void Factors_Are_Those_Of_The_Paper()
    {
        Assert.Equal([-Math.E, -1 / Math.E], Moves("powersign"));
        Assert.Equal([-2, 0], Moves("addsign"));
    }

    /// <summary>The product of gradient and average would be 0 in float.</summary>
    [Fact]
    public void Signs_Of_Tiny_Numbers_Count()
    {
        RuleRun<float> run = new(new AddSign<float>(new SignAgreementOptions { LearningRate = 1 }), ParameterLayout.Vector(1));
        run.Values.Gradient[0] = 1e-30f;
        run.Step();
        Assert.Equal(-2e-30f, run.Values.Theta[0]);
    }

    [Theory, MemberData(nameof(Names))]
    public void Values_Out_Of_Range_Are_Refused_By_Name(string name)
    {
        Refused(new() { LearningRate = 0 }, "The learning_rate of");
        Refused(new() { Beta = 1 }, "The beta of");
        Refused(new() { Alpha = -1 }, "The alpha of");
        Refused(new() { Periods = 0 }, "The periods of");
        Refused(new() { Decay = (SignDecay)9 }, "The decay of");
        Refused(new() { Learn = ["gamma"] }, "it has learning_rate, alpha, beta");

        void Refused(SignAgreementOptions options, string message)
        {
            ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => Rule(name, options));
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Of a gradient of 1 with an average that agrees, and with one that does not.</summary>
    private static double[] Moves(string name)
    {
        RuleRun<double> run = new(Rule(name, new SignAgreementOptions { LearningRate = 1 }), ParameterLayout.Vector(2));
        run.Values.Gradient.AsSpan().Fill(1);
        run.Values.State[1] = -1;
        run.Step();
        return run.Values.Theta;
    }

    private static SignAgreement<double> Rule(string name, SignAgreementOptions options) => name == "powersign" ? new PowerSign<double>(options) : new AddSign<double>(options);

    private static StepContext<double> ContextAt(RuleRun<double> run, int step) => new()
    {
        Step = step, Steps = Steps, Age = step, Layout = run.Layout, Meta = run.Meta, Scratch = default,
    };
}
