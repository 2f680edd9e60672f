using System.Collections.Immutable;
using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Runs;

/// <summary>theta -= eta g, eta falling linearly to 5 % or not: the smallest rule a test can tune.</summary>
internal sealed class Steepest(double rate, bool linear = false) : UpdateRule<double>
{
    /// <summary>Steps of the run, as the last step was told.</summary>
    public int StepsOfRun { get; private set; }

    public override string Name => "steepest";

    public override bool IsDifferentiable => false;

    public static OptimizerEntry<double> Entry(string name, OptimizerRole role, params ImmutableArray<double> grid) =>
        new(name, role, "gradient descent", grid, s => new Steepest(s.LearningRate, s.Schedule == ScheduleName.Linear));

    public static Contender<double> Contender(double rate, string name = "steepest", OptimizerRole role = OptimizerRole.Learned) => new(name, role, new Steepest(rate));

    public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) => [];

    public override int StateLength(ParameterLayout layout) => 0;

    public override int ScratchLength(ParameterLayout layout) => 0;

    public override void Step(in StepContext<double> context, in Iterate<double> x)
    {
        StepsOfRun = context.Steps;
        double eta = linear ? rate * (1 - (0.95 * context.Step / context.Steps)) : rate;
        for (int i = 0; i < x.Theta.Length; i++)
            x.Theta[i] -= eta * x.Gradient[i];
    }

    public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent) => throw new NotSupportedException();

    public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent) => throw new NotSupportedException();
}
