using System.Numerics;
using MetaMirror.Hypergradients;
using MetaMirror.MetaObjectives;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>WarpGrad on layers with biases, where the contract's layouts have none that belong to their weight, against the warped layers themselves; and its meta-objective.</summary>
public sealed class WarpGradTests
{
    /// <summary>A convolution, a linear layer, and a vector that is no bias.</summary>
    public static ParameterLayout Layers { get; } = new(("0.weight", [3, 2, 2, 2]), ("0.bias", [3]), ("1.weight", [2, 4]), ("1.bias", [2]), ("1.scale", [2]));

    private const double H = 1e-60;

    /// <summary>Sums of at most 9 products of four numbers of size 1.</summary>
    private const double Rounding = 9 * 8 * 1.2e-16 * 100;

    [Fact]
    public void Declarations_start_at_the_identity_and_leave_gradient_descent()
    {
        var run = new RuleRun<double>(new WarpGrad<double>(.1), Layers);
        Assert.Equal(["0.weight.warp", "1.weight.warp", "learning_rate"], run.Rule.MetaSpecs(Layers).Select(s => s.Name));
        Assert.Equal([9, 4, 1], run.Rule.MetaSpecs(Layers).Select(s => s.Length));
        Assert.False(run.Rule.MetaSpecs(Layers)[^1].Learned);
        Fill(run.Values.Gradient, 1);
        run.Step();
        Assert.Equal(run.Values.Gradient.Select(g => -.1 * g), run.Values.Theta);
    }

    [Fact]
    public void Step_and_derivatives_equal_those_of_the_layers()
    {
        var run = new RuleRun<double>(new WarpGrad<double>(.1), Layers);
        Fill(run.Meta, 2);
        Fill(run.Values.Theta, 3);
        Fill(run.Values.Gradient, 4);
        Arrays<double> d = run.Values.Copy();
        double[] dMeta = new double[run.Meta.Length], aTheta = new double[Layers.Length], aMeta = new double[dMeta.Length];
        Fill(dMeta, 5);
        Fill(d.Theta, 6);
        Fill(d.Gradient, 7);
        Fill(aTheta, 8);
        d.Scale[0] = .3;
        Arrays<double> before = d.Copy(), a = new([.. aTheta], new double[Layers.Length], new double[1], []);
        var reference = new ReferenceIterate
        {
            Step = 0, Steps = 1, Age = 0, Theta = Along(run.Values.Theta, d.Theta), Gradient = Along(run.Values.Gradient, d.Gradient), State = [], Scale = new Complex(1, H * .3),
            Meta = run.MetaByName(Along(run.Meta, dMeta)),
        };
        ReferenceRules.WarpGrad(reference);
        run.Rule.Jvp(run.Context, run.Values.Iterate, dMeta, d.Iterate);
        run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        run.Step();

        for (int i = 0; i < Layers.Length; i++)
        {
            Assert.Equal(reference.Theta[i].Real, run.Values.Theta[i], Rounding);
            Assert.Equal(reference.Theta[i].Imaginary / H, d.Theta[i], Rounding);
        }

        double pulled = Vectors.Dot<double>(a.Theta, before.Theta) + Vectors.Dot<double>(a.Gradient, before.Gradient) + (a.Scale[0] * .3) + Vectors.Dot<double>(aMeta, dMeta);
        Assert.Equal(Vectors.Dot<double>(aTheta, d.Theta), pulled, Rounding * Layers.Length);
    }

    /// <summary>
    /// The paper's L(phi): from each point of the trajectory one step on its batch, the loss after it on another batch, and phi alone moves. Of it, windows of one step give the derivative: of the mean loss at theta - eta T T^T g
    /// over the points theta of the run, by central differences of 1e-5 (1e-10 of truncation, 1e-11 of rounding).
    /// </summary>
    [Fact]
    public void Windows_of_one_step_follow_the_objective_of_points_on_trajectories()
    {
        const int Steps = 9;
        const double Rate = .05, Step = 1e-5;
        var layout = new ParameterLayout(("0.weight", [2, 1]));
        var problem = new TrialProblem(new WarpGrad<double>(Rate), new TrajectoryLoss<double>(), Steps, objective: () => new Shaped(layout), penalty: false);
        double[] natural = problem.Meta.Natural.ToArray(), found = problem.Compute(new WindowedReverseMode<double>(1, constantGradients: true)).Total;
        var points = new List<double[]>();
        var loss = new QuarticObjective(TrialProblem.H2, [1, -1]);
        double[] theta = [.5, -.25], g = new double[2];
        for (int t = 0; t < Steps; t++)
        {
            points.Add([.. theta]);
            loss.Evaluate(theta, [], problem.Run.At(t), g);
            Vectors.AddScaled<double>(-Rate, g, theta);
        }

        for (int i = 0; i < 4; i++)
        {
            double expected = (Mean(i, Step) - Mean(i, -Step)) / (2 * Step);
            Assert.Equal(expected, found[i], 1e-9);
        }

        Assert.Contains(found, x => Math.Abs(x) > 1e-3);

        double Mean(int entry, double change)
        {
            double sum = 0;
            double[] warp = [.. natural[..4]], gradient = new double[2], after = new double[2];
            warp[entry] += change;
            for (int t = 0; t + 1 < Steps; t++)
            {
                loss.Evaluate(points[t], [], problem.Run.At(t), gradient);
                double u = (warp[0] * gradient[0]) + (warp[2] * gradient[1]), v = (warp[1] * gradient[0]) + (warp[3] * gradient[1]);
                after[0] = points[t][0] - (Rate * ((warp[0] * u) + (warp[1] * v)));
                after[1] = points[t][1] - (Rate * ((warp[2] * u) + (warp[3] * v)));
                sum += loss.Evaluate(after, [], problem.Run.At(t + 1), []);
            }

            return sum / Steps;
        }
    }

    private static Complex[] Along(double[] x, double[] d) => [.. x.Zip(d, (value, tangent) => new Complex(value, H * tangent))];

    private static void Fill(double[] x, uint task)
    {
        var stream = new RandomStream(new StreamKey(1909, 0, 0, StreamPurpose.Test, task));
        stream.FillNormal(x.AsSpan());
    }

    /// <summary>The trial objective with its parameters as a weight.</summary>
    private sealed class Shaped(ParameterLayout layout) : Objective<double>
    {
        private readonly QuarticObjective _inner = new(TrialProblem.H2, [1, -1]);

        public override ParameterLayout Layout => layout;

        public override double Evaluate(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, Span<double> gradient) => _inner.Evaluate(theta, meta, batch, gradient);

        public override void HessianVectorProducts(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, in BatchKey batch, int count, ReadOnlySpan<double> tangents, Span<double> products) =>
            _inner.HessianVectorProducts(theta, meta, batch, count, tangents, products);
    }
}
