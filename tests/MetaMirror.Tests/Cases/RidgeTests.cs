using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Descents;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A7: JAXopt's ridge regression. dw/dlambda in every form the estimators have, to 1e-9 (the peer checks 5e-2).</summary>
public sealed class RidgeTests
{
    private const double Tolerance = 1e-9;
    private static readonly JsonElement Fixture = TorchCases.Fixture("ridge.json");
    private static readonly double[] Solution = Hypertorch.Numbers(Fixture.GetProperty("solution"));

    /// <summary>Curvatures lie between 5 and 8: after 200 steps of .1 nothing is left of the start.</summary>
    private static readonly Sgd<double> Descent = new(new SgdOptions { LearningRate = 0.1, Learn = [] });

    public static TheoryData<string> Forms => [.. Estimators.Keys];

    private static readonly Dictionary<string, Func<Hypergradient<double>>> Estimators = new(StringComparer.Ordinal)
    {
        ["stationarity by conjugate gradients"] = () => new ImplicitMode<double>(ImplicitMethod.ConjugateGradient, 50, 1e-14),
        ["update fixed point, adjoint iteration"] = () => new ImplicitMode<double>(ImplicitMethod.FixedPoint, 500, 1e-14),
        ["update fixed point, Neumann"] = () => new ImplicitMode<double>(ImplicitMethod.Neumann, 500, 1e-14),
        ["update fixed point, normal conjugate gradients"] = () => new ImplicitMode<double>(ImplicitMethod.NormalConjugateGradient, 50, 1e-14),
        ["forward through the whole run"] = () => new ForwardMode<double>(),
        ["reverse through the whole run"] = () => new ReverseMode<double>(),
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Derivative_of_the_solution_in_lambda(string form)
    {
        double[] derivative = new double[Solution.Length];
        for (int i = 0; i < derivative.Length; i++)
        {
            MetaGradient gradient = MetaGradient.Of(Problem(i), new ValidationLoss<double>(), Estimators[form]());
            Assert.Equal(Solution[i], gradient.Report.Value, Tolerance * Math.Abs(Solution[i]));
            derivative[i] = gradient.At(MetaPlace.Objective)[0];
        }

        TrialProblem.AssertClose(Hypertorch.Numbers(Fixture.GetProperty("derivative")), derivative, Tolerance, form);
    }

    /// <summary>The ridge as a task whose validation "loss" is coordinate <paramref name="coordinate"/> of w.</summary>
    private static InnerProblem<double> Problem(int coordinate)
    {
        Dataset<double> data = Dataset<double>.Regression(
            "ridge", Hypertorch.Numbers(Fixture.GetProperty("x")), Fixture.GetProperty("columns").GetInt32(), Hypertorch.Numbers(Fixture.GetProperty("y")));
        var weight = new RegularizerWeight(Fixture.GetProperty("lam").GetDouble());
        var task = new ObjectiveTask<double>(
            "ridge", () => new Regularized<double>(new LinearRegression<double>(data, bias: false), weight), new double[data.Features])
        {
            Validation = () => new QuadraticObjective<double>(
                new double[data.Features * data.Features], [.. Enumerable.Range(0, data.Features).Select(i => i == coordinate ? -1.0 : 0)]),
        };
        return new InnerProblem<double>(task, Descent, new TaskInitialPoint<double>(), new Unroll(200, FullBatch: true));
    }
}
