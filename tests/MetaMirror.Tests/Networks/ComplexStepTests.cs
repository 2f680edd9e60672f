using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.Objectives;

namespace MetaMirror.Tests.Networks;

/// <summary>Networks against the complex-step reference: exact derivatives of scalar loops, also where ReLU has kinks.</summary>
public sealed class ComplexStepTests
{
    private const double Tolerance = 1e-12;

    private static readonly (string Name, Network Network, Dataset<double> Data)[] Cases =
    [
        ("relu", Network.Mlp(6, 8, 5, 3), Draws.Classification<double>(40, 6, 3)),
        ("relu, squares", Network.Mlp(5, 7, 7, 2), Draws.Regression<double>(30, 5, 2)),
        ("tanh", Network.Mlp(new Tanh(), 6, 5, 4, 3), Draws.Classification<double>(40, 6, 3)),
        ("sigmoid, binary", Network.Mlp(new Sigmoid(), 6, 5, 1), Draws.Classification<double>(40, 6, 2)),
        ("shared and unused", ObjectiveCases.Shared(), Draws.Classification<double>(20, 6, 3)),
        ("relu between shared", RectifiedShared(), Draws.Classification<double>(20, 6, 3)),
        ("tanh first", ObjectiveCases.TanhFirst(), Draws.Classification<double>(20, 6, 3)),
        ("ends in an activation", new NetworkBuilder().Linear(6, 3).Tanh().Build(), Draws.Classification<double>(20, 6, 3)),
        ("linear", Network.Mlp(6, 3), Draws.Classification<double>(20, 6, 3)),
        .. NetworkCases.All.Select(c => (c.Name, c.Network, NetworkCases.Data<double>(c))),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_gradient_and_products_are_the_reference(string name)
    {
        (_, Network network, Dataset<double> data) = Cases.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));
        var reference = new ComplexNetwork(network, data);
        var objective = new NetworkObjective<double>(network, data);
        int n = network.Layout.Length;
        double[] theta = Draws.Normal<double>(n, 41, 0.5), v = Draws.Normal<double>(n, 42), g = new double[n], hv = new double[n];

        double loss = objective.Evaluate(theta, [], BatchKey.Full, g);
        objective.HessianVectorProducts(theta, [], BatchKey.Full, 1, v, hv);

        (System.Numerics.Complex expected, System.Numerics.Complex[] gradient) = reference.Evaluate([.. theta.Select(t => (System.Numerics.Complex)t)]);
        Assert.Equal(expected.Real, loss, Tolerance);
        Assert.InRange(Draws.Distance(g, [.. gradient.Select(a => a.Real)]), 0, Tolerance);
        Assert.InRange(Math.Abs(Vectors.Dot<double>(g, v) - reference.DirectionalLoss(theta, v)), 0, Tolerance * Draws.Norm(g) * Draws.Norm(v));
        Assert.InRange(Draws.Distance(hv, reference.DirectionalGradient(theta, v)), 0, Tolerance * Draws.Norm(v));
    }

    private static Network RectifiedShared()
    {
        var s = new Linear(6, 6);
        return new NetworkBuilder().Add(s).ReLU().Add(s).ReLU().Add(s).Linear(6, 3).Build();
    }
}
