using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>
/// Case A11: coordinates whose gradients are exactly 0 (a dead ReLU unit). Every derivative stays finite, and on the live coordinates
/// it is that of the problem without the dead ones.
/// </summary>
public sealed class ZeroGradientTests
{
    private const int Live = 5;
    private const int Dead = 4;
    private const int Steps = 5;

    public static TheoryData<string> Names =>
    [
        "adam", "adamw", "nadam", "rmsprop", "rmsprop-centered-momentum", "adagrad", "sgd", "clip", "basis-unlearned",
    ];

    [Theory, MemberData(nameof(Names))]
    public void Derivatives_Stay_Finite_And_The_Live_Coordinates_Exact(string name)
    {
        (double[] theta, double[] tangent, double[] metaCotangent) = Run<double>(Rule<double>(name), Live + Dead);
        (double[] liveTheta, double[] liveTangent, double[] liveMeta) = Run<double>(Rule<double>(name), Live);
        Assert.All(theta.Concat(tangent).Concat(metaCotangent), x => Assert.True(double.IsFinite(x)));
        Assert.Equal(liveTheta, theta[..Live]);
        Assert.Equal(liveTangent, tangent[..Live]);
        Assert.All(tangent[Live..], x => Assert.Equal(0, x));
        for (int i = 0; i < liveMeta.Length; i++)
            Assert.Equal(liveMeta[i], metaCotangent[i], 1e-14 * (1 + Math.Abs(liveMeta[i])));
    }

    [Theory, MemberData(nameof(Names))]
    public void Single_Precision_Stays_Finite(string name)
    {
        (float[] theta, float[] tangent, float[] metaCotangent) = Run<float>(Rule<float>(name), Live + Dead);
        Assert.All(theta.Concat(tangent).Concat(metaCotangent), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void All_Gradients_Zero_Leaves_Theta_In_Place()
    {
        foreach (RuleCase c in RuleCases.All.Where(c => c.Name is "adam" or "rmsprop" or "rmsprop-momentum" or "adagrad" or "clip" or "sgd"))
        {
            var run = new RuleRun<double>(c.Double(), ParameterLayout.Vector(3));
            for (int i = 0; i < Steps; i++)
                run.Step();
            Assert.All(run.Values.Theta, x => Assert.Equal(0, x));
        }
    }

    private static UpdateRule<T> Rule<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> => name switch
        {
            "adam" => new Adam<T>(),
            "adamw" => new AdamW<T>(),
            "nadam" => new NAdam<T>(),
            "rmsprop" => new RmsProp<T>(),
            "rmsprop-centered-momentum" => new RmsProp<T>(new() { Centered = true, Momentum = .9 }),
            "adagrad" => new AdaGrad<T>(),
            "basis-unlearned" => new PerLayout<T>(l => LearnedBasis<T>.Unlearned(l)),
            "sgd" => new Sgd<T>(new() { LearningRate = .1, Momentum = .9 }),
            _ => new Chain<T>(new ClipByNorm<T>(.1), new Adam<T>()),
        };

    /// <summary>
    /// Five steps on f = sum_i w_i theta_i^4 / 4 over the live coordinates. Forward: the tangent along all starts and meta-parameters. Reverse: the
    /// meta-cotangent of sum_i theta_i at the end. Dead coordinates have no curvature and a start that no meta-parameter moves.
    /// </summary>
    private static (T[] Theta, T[] Tangent, T[] MetaCotangent) Run<T>(UpdateRule<T> rule, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var run = new RuleRun<T>(rule, ParameterLayout.Vector(n));
        var tangent = new Arrays<T>(new T[n], new T[n], [T.Zero], new T[run.Values.State.Length]);
        var points = new List<(Arrays<T> Values, int Age)>();
        T[] dMeta = [.. run.Meta.Select(_ => T.One)], aMeta = new T[run.Meta.Length];
        for (int i = 0; i < Live; i++)
            (run.Values.Theta[i], tangent.Theta[i]) = (T.CreateTruncating(1 + (.3 * i)), T.One);
        for (int step = 0; step < Steps; step++)
        {
            Array.Clear(run.Values.Gradient);
            Array.Clear(tangent.Gradient);
            for (int i = 0; i < Live; i++)
            {
                T x = run.Values.Theta[i];
                (run.Values.Gradient[i], tangent.Gradient[i]) = (x * x * x, Curvature(x) * tangent.Theta[i]);
            }

            run.Values.Scale[0] = T.One;
            tangent.Scale[0] = T.Zero;
            points.Add((run.Values.Copy(), run.Age));
            rule.Jvp(run.Context, run.Values.Iterate, dMeta, tangent.Iterate);
            run.Step();
        }

        T[] end = [.. run.Values.Theta];
        var a = new Arrays<T>([.. Enumerable.Repeat(T.One, n)], new T[n], [T.Zero], new T[run.Values.State.Length]);
        foreach ((Arrays<T> values, int age) in Enumerable.Reverse(points))
        {
            var context = new StepContext<T>
            {
                Step = age, Steps = RuleRun<T>.Steps, Age = age, Layout = run.Layout, Meta = run.Meta, Scratch = new T[rule.ScratchLength(run.Layout)],
            };
            Array.Clear(a.Gradient);
            a.Scale[0] = T.Zero;
            rule.Vjp(context, values.Iterate, a.Iterate, aMeta);
            for (int i = 0; i < Live; i++)
                a.Theta[i] += Curvature(values.Theta[i]) * a.Gradient[i];
            Assert.All(a.Flat, x => Assert.True(T.IsFinite(x)));
        }

        return (end, tangent.Theta, aMeta);
    }

    private static T Curvature<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(3) * x * x;
}
