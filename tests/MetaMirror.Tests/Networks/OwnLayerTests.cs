using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Documentation;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Layers and joins from outside the library: derivatives equal central differences, alone, behind data and behind parameters.</summary>
public sealed class OwnLayerTests
{
    private const double Step = 1e-5;

    /// <summary>Differences of numbers near 1: Step^2 / 6 times a third derivative below 100, and 2^-53 / Step of rounding.</summary>
    private const double Tolerance = 2e-9;

    private static readonly FeatureShape Input = new(6);

    public static TheoryData<string> Names => ["layer of data", "layer between", "join", "join with data"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_are_those_of_the_value(string name)
    {
        Network network = name switch
        {
            "layer of data" => new NetworkBuilder().Add(new Scale(6)).Tanh().Linear(3).Build(),
            "layer between" => new NetworkBuilder(Input).Linear(5).Tanh().Add(new Scale(5)).Tanh().Linear(3).Build(),
            "join" => new NetworkBuilder(Input).Linear(4).Residual(b => b.Linear(4).Tanh(), s => s.Linear(4).Sigmoid(), join: new Product()).Linear(3).Build(),
            _ => new NetworkBuilder(Input).Residual(b => b.Linear(6).Tanh(), join: new Product()).Linear(3).Build(),
        };
        var objective = new NetworkObjective<double>(network, Draws.Classification<double>(7, 6, 3));
        int n = network.Layout.Length;
        double[] theta = NetworkCases.Point<double>(network), v = Draws.Normal<double>(n, 77, 0.3), gradient = new double[n], product = new double[n];
        objective.Evaluate(theta, [], BatchKey.Full, gradient);
        objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, product);

        (double up, double[] gUp) = At(Step);
        (double down, double[] gDown) = At(-Step);
        Assert.Equal((up - down) / (2 * Step), gradient.Zip(v, (g, d) => g * d).Sum(), Tolerance);
        for (int i = 0; i < n; i++)
            Assert.Equal((gUp[i] - gDown[i]) / (2 * Step), product[i], Tolerance);
        Assert.Contains(product, h => Math.Abs(h) > 1e-3);

        (double Loss, double[] Gradient) At(double h)
        {
            double[] g = new double[n], moved = [.. theta.Zip(v, (x, d) => x + (h * d))];
            return (objective.Evaluate(moved, [], BatchKey.Full, g), g);
        }
    }

    [Fact]
    public void The_first_layer_is_not_asked_for_the_gradient_of_the_data()
    {
        var first = new Asked();
        var between = new Asked();
        Network network = new NetworkBuilder(Input).Add(first).Linear(4).Add(between).Linear(3).Build();
        var objective = new NetworkObjective<double>(network, Draws.Classification<double>(7, 6, 3));
        int n = network.Layout.Length;
        objective.Evaluate(NetworkCases.Point<double>(network), [], BatchKey.Full, new double[n]);
        objective.HessianVectorProducts(NetworkCases.Point<double>(network), [], BatchKey.Full, 1, Draws.Normal<double>(n, 78), new double[n]);
        Assert.Equal((0, 2), (first.Times, between.Times));
    }

    [Fact]
    public void A_join_of_one_input_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new NetworkBuilder(Input).Residual(b => b.Linear(6), join: new Tanh()).Build());
        Assert.Contains("Layer 0: Tanh takes one input", error.Message, StringComparison.Ordinal);
    }

    /// <summary>y_i = w_i x_i, counting how often the cotangent of x is asked for.</summary>
    private sealed class Asked : Layer
    {
        public override IReadOnlyList<(string Name, int[] Shape)> Parameters { get; } = [("factor", [1])];

        public int Times { get; private set; }

        public override string ToString() => "Asked";

        public override FeatureShape OutputShape(FeatureShape input) => input;

        public override void Initialize<T>(ref RandomStream stream, Span<T> parameters) => parameters.Fill(T.One);

        public override void Value<T>(in LayerValues<T> v) => Scaled(v.Parameters[0], v.Input, v.Output);

        public override void Tangent<T>(in LayerValues<T> v, in LayerTangents<T> d)
        {
            Scaled(d.Parameters[0], v.Input, d.Output);
            if (!d.Input.IsEmpty)
                Vectors.AddScaled(v.Parameters[0], d.Input, d.Output);
        }

        public override void Cotangent<T>(in LayerValues<T> v, in LayerCotangents<T> a)
        {
            if (!a.Parameters.IsEmpty)
                a.Parameters[0] += T.CreateChecked(Vectors.Dot<T>(a.Output, v.Input));
            if (a.Input.IsEmpty)
                return;
            Times++;
            Scaled(v.Parameters[0], a.Output, a.Input);
        }

        public override void CotangentTangent<T>(in LayerValues<T> v, in LayerTangents<T> d, in LayerCotangents<T> a, in LayerCotangents<T> da)
        {
            Cotangent(v, da);
            if (!d.Input.IsEmpty)
                da.Parameters[0] += T.CreateChecked(Vectors.Dot<T>(a.Output, d.Input));
            if (!da.Input.IsEmpty)
                Vectors.AddScaled(d.Parameters[0], a.Output, da.Input);
        }

        private static void Scaled<T>(T factor, ReadOnlySpan<T> x, Span<T> y)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            x.CopyTo(y);
            Vectors.Scale(factor, y);
        }
    }
}
