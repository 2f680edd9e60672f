using MetaMirror.Divergences;
using System.Numerics;
using MetaMirror.Networks;
using MetaMirror.Objectives;
using MetaMirror.Tests.Networks;

namespace MetaMirror.Tests.Objectives;

/// <summary>One objective of the contract, in both element types.</summary>
/// <param name="Name">Name in test output.</param>
/// <param name="Single">Makes it in float.</param>
/// <param name="Double">Makes it in double.</param>
/// <param name="Kinked">True where difference quotients may straddle a kink: such derivatives are checked against the complex-step reference instead.</param>
/// <param name="Exact">False where the products themselves are differences: looser tolerances.</param>
internal sealed record ObjectiveCase(string Name, Func<Objective<float>> Single, Func<Objective<double>> Double, bool Kinked = false, bool Exact = true);

/// <summary>Every objective that must keep the contract. A new one is one line.</summary>
internal static class ObjectiveCases
{
    public static readonly ObjectiveCase[] All =
    [
        new("quadratic", Quadratic<float>, Quadratic<double>),
        new("meta-quadratic", MetaQuadratic<float>, MetaQuadratic<double>),
        new("rosenbrock", () => new Rosenbrock<float>(), () => new Rosenbrock<double>()),
        new("linear regression", () => Linear<float>(true), () => Linear<double>(true)),
        new("linear regression without bias", () => Linear<float>(false), () => Linear<double>(false)),
        new("logistic regression", Logistic<float>, Logistic<double>),
        new("softmax regression", Softmax<float>, Softmax<double>),
        new("regularized, scalar", () => L2<float>(RegularizerKind.Scalar), () => L2<double>(RegularizerKind.Scalar)),
        new("regularized, per coordinate, log", () => L2<float>(RegularizerKind.PerCoordinate, MetaTransform.Log), () => L2<double>(RegularizerKind.PerCoordinate, MetaTransform.Log)),
        new("proximal", () => new Proximal<float>(Softmax<float>(), 0.7), () => new Proximal<double>(Softmax<double>(), 0.7)),
        new("proximal of regularized", () => new Proximal<float>(L2<float>(RegularizerKind.Scalar), 0.7), () => new Proximal<double>(L2<double>(RegularizerKind.Scalar), 0.7)),
        new("regularized differences of proximal", Nested<float>, Nested<double>, Exact: false),
        new("delegate", Delegated<float>, Delegated<double>),
        new("delegate by differences", ByDifferences<float>, ByDifferences<double>, Exact: false),
        new("Bregman proximal", () => new BregmanProximal<float>(Softmax<float>(), new DiagonalQuadratic<float>(1.3), 0.7), () => new BregmanProximal<double>(Softmax<double>(), new DiagonalQuadratic<double>(1.3), 0.7)),
        new("Bregman proximal of regularized", () => new BregmanProximal<float>(L2<float>(RegularizerKind.Scalar), new ScaledIdentity<float>(0.6), 0.7), () => new BregmanProximal<double>(L2<double>(RegularizerKind.Scalar), new ScaledIdentity<double>(0.6), 0.7)),
        new("differences of logistic", () => new FiniteDifferenceHessian<float>(Logistic<float>()), () => new FiniteDifferenceHessian<double>(Logistic<double>()), Exact: false),
        new("network, tanh, softmax", () => Net<float>(Network.Mlp(new Tanh(), 6, 5, 4, 3)), () => Net<double>(Network.Mlp(new Tanh(), 6, 5, 4, 3))),
        new("network, sigmoid, binary", () => Net<float>(Network.Mlp(new Sigmoid(), 6, 5, 1), 2), () => Net<double>(Network.Mlp(new Sigmoid(), 6, 5, 1), 2)),
        new("network, tanh, squares", Squares<float>, Squares<double>),
        new("network, shared and unused", () => Net<float>(Shared()), () => Net<double>(Shared())),
        new("network, tanh first", () => Net<float>(TanhFirst()), () => Net<double>(TanhFirst())),
        new("network, a user's own layer", () => Net<float>(Gated()), () => Net<double>(Gated())),
        new("network, relu", () => Net<float>(Network.Mlp(6, 8, 5, 3)), () => Net<double>(Network.Mlp(6, 8, 5, 3)), Kinked: true),
        new("network, convolution", () => Net<float>(Convolved()), () => Net<double>(Convolved())),
        new("network, residual", () => Net<float>(Residual()), () => Net<double>(Residual())),
        new("network, normalized", () => Net<float>(Normalized()), () => Net<double>(Normalized())),
        new("network, epochs, regularized", Epochs<float>, Epochs<double>),
    ];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public static ObjectiveCase Named(string name) => All.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    /// <summary>S - Tanh - S - Linear with the same S, and three numbers that nothing reads.</summary>
    public static Network Shared()
    {
        var s = new Linear(6, 6);
        return new NetworkBuilder().Add(s).Tanh().Add(s).Linear(6, 3).Unused("unused", 3).Build();
    }

    /// <summary>A layer without parameters before the first with some.</summary>
    public static Network TanhFirst() => new NetworkBuilder(new FeatureShape(6)).Tanh().Linear(6, 4, bias: false).Sigmoid().Linear(4, 3).Build();

    /// <summary>A layer that only the tests know: the seam for convolution, pooling and the like.</summary>
    private static Network Gated() => new NetworkBuilder(new FeatureShape(6)).Add(new Gate(6)).Linear(6, 4).Add(new Gate(4)).Tanh().Linear(4, 3).Build();

    private static Network Convolved() => new NetworkBuilder(new FeatureShape(1, 2, 3)).Conv2d(3, 2, padding: 1).Tanh().AveragePool2d(2, 1).Linear(3).Build();

    private static Network Residual() => new NetworkBuilder(new FeatureShape(6)).Linear(4).Residual(b => b.Tanh().Linear(4), s => s.Sigmoid()).Linear(3).Build();

    private static Network Normalized() => new NetworkBuilder(new FeatureShape(6)).Linear(4, bias: false).BatchNorm2d().Tanh().Linear(3).Build();

    private static QuadraticObjective<T> Quadratic<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Draws.Normal<T>(36, 11), Draws.Normal<T>(6, 12), 0.3);

    private static QuadraticObjective<T> MetaQuadratic<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => QuadraticObjective<T>.FromQ(Draws.Normal<T>(4, 13), Draws.Normal<T>(2, 14));

    private static LinearRegression<T> Linear<T>(bool bias)
        where T : unmanaged, IFloatingPointIeee754<T> => new(Draws.Regression<T>(20, 5), new Minibatches(20, 7), bias);

    private static LogisticRegression<T> Logistic<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Draws.Classification<T>(20, 5, 2), new Minibatches(20, 7));

    private static SoftmaxRegression<T> Softmax<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(Draws.Classification<T>(20, 5, 3), new Minibatches(20, 7));

    private static Regularized<T> L2<T>(RegularizerKind kind, MetaTransform transform = MetaTransform.Identity)
        where T : unmanaged, IFloatingPointIeee754<T> => new(Logistic<T>(), new RegularizerWeight(0.2, kind, transform));

    private static Regularized<T> Nested<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new FiniteDifferenceHessian<T>(new Proximal<T>(Quadratic<T>(), 0.4)), new RegularizerWeight(0.1, RegularizerKind.PerCoordinate));

    private static NetworkObjective<T> Net<T>(Network network, int classes = 3)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var data = Draws.Classification<T>(300, 6, classes);
        return new NetworkObjective<T>(network, data, new Minibatches(data.Count, 9));
    }

    private static NetworkObjective<T> Squares<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(Network.Mlp(new Tanh(), 5, 4, 2), Draws.Regression<T>(30, 5, 2), new Minibatches(30, 9));

    private static Regularized<T> Epochs<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        new(new NetworkObjective<T>(Network.Mlp(new Tanh(), 6, 5, 3), Draws.Classification<T>(25, 6, 3), new Minibatches(25, 9, BatchOrder.Epochs)), new RegularizerWeight(0.05));

    /// <summary>sum_i exp(theta_i) - theta_i theta_(i+1), circular; by hand.</summary>
    private static double Chain<T>(ReadOnlySpan<T> theta, in BatchKey batch, Span<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        int n = theta.Length;
        for (int i = 0; i < n; i++)
        {
            T next = theta[(i + 1) % n], last = theta[(i + n - 1) % n];
            sum += double.CreateChecked(T.Exp(theta[i]) - (theta[i] * next));
            if (!gradient.IsEmpty)
                gradient[i] = T.Exp(theta[i]) - next - last;
        }

        return sum;
    }

    private static void ChainProduct<T>(ReadOnlySpan<T> theta, in BatchKey batch, ReadOnlySpan<T> v, Span<T> product)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = theta.Length;
        for (int i = 0; i < n; i++)
            product[i] = (T.Exp(theta[i]) * v[i]) - v[(i + 1) % n] - v[(i + n - 1) % n];
    }

    private static DelegateObjective<T> Delegated<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(ParameterLayout.Vector(5), Chain, ChainProduct);

    private static DelegateObjective<T> ByDifferences<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(ParameterLayout.Vector(5), Chain);
}
