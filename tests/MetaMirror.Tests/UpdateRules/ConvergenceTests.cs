using System.Text.Json;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Case A21: 10,000 steps on a parabola and on Rosenbrock's function end near the optimum, along PyTorch's path.</summary>
public sealed class ConvergenceTests
{
    /// <summary>"within rtol = atol = 3e-2 of the optimum", as published.</summary>
    private const double Published = 3e-2;

    /// <summary>
    /// Paths are compared up to a few times what rounding-sized noise on the gradients does to them (stored beside each point), and 1e-9 where that is less.
    /// </summary>
    private const double PathTolerance = 1e-9;

    private const double Sensitivities = 10;

    private static readonly JsonElement Fixture = TorchCases.Fixture("rosenbrock-adam.json");

    public static TheoryData<int> Runs => [.. Enumerable.Range(0, Fixture.GetProperty("runs").GetArrayLength()).Where(i => RuleOf(i) is not null)];

    [Fact]
    public void Every_Classic_Rule_Is_In_The_Table() => Assert.Equal(18, Runs.Count);

    [Theory, MemberData(nameof(Runs))]
    public void Ends_Near_The_Optimum_On_PyTorchs_Path(int index)
    {
        JsonElement entry = Fixture.GetProperty("runs")[index];
        string problem = entry.GetProperty("problem").GetString()!;
        double[] start = Numbers(Fixture.GetProperty("problems").GetProperty(problem).GetProperty("start"));
        double[] optimum = Numbers(Fixture.GetProperty("problems").GetProperty(problem).GetProperty("optimum"));
        double[] at = Numbers(Fixture.GetProperty("at")), sensitivity = Numbers(entry.GetProperty("point_sensitivity"));
        var run = new RuleRun<double>(RuleOf(index)!, ParameterLayout.Vector(start.Length));
        start.CopyTo(run.Values.Theta, 0);
        for (int k = 0; k < at.Length; k++)
        {
            while (run.Age < at[k])
            {
                Gradient(problem, run.Values.Theta, optimum, run.Values.Gradient);
                run.Step();
            }

            double[] expected = Numbers(entry.GetProperty("points")[k]);
            double allowed = Math.Max(PathTolerance, Sensitivities * sensitivity[k]);
            for (int i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(run.Values.Theta[i] - expected[i]) <= allowed, $"{entry.GetProperty("optimizer")} step {at[k]}: {run.Values.Theta[i]}, expected {expected[i]} within {allowed}");
        }

        for (int i = 0; i < optimum.Length; i++)
            Assert.True(Math.Abs(run.Values.Theta[i] - optimum[i]) <= Published * (1 + Math.Abs(optimum[i])), $"{entry.GetProperty("optimizer")} ends at {string.Join(' ', run.Values.Theta)}");
    }

    private static UpdateRule<double>? RuleOf(int index) => TorchCases.Rule(Fixture.GetProperty("runs")[index]);

    private static void Gradient(string problem, double[] theta, double[] optimum, double[] gradient)
    {
        if (problem.StartsWith('p'))
        {
            for (int i = 0; i < theta.Length; i++)
                gradient[i] = 2 * (theta[i] - optimum[i]);
            return;
        }

        double d = theta[1] - (theta[0] * theta[0]);
        (gradient[0], gradient[1]) = ((-2 * (1 - theta[0])) - (400 * theta[0] * d), 200 * d);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
