using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Tests.Networks;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>
/// Full-batch training of a network by a scalar reference rule in complex numbers: the loss after T steps, with an imaginary part that carries the
/// exact derivative along one initial weight or one meta-parameter of the rule. Also through kinks: real parts decide.
/// </summary>
internal sealed class ComplexTraining(Network network, Dataset<double> data, UpdateRule<double> rule, ReferenceStep reference, int steps)
{
    /// <summary>Its square vanishes beside any value.</summary>
    private const double H = 1e-60;

    private readonly ComplexNetwork _network = new(network, data);
    private readonly IReadOnlyList<MetaParameterSpec<double>> _specs = rule.MetaSpecs(network.Layout);
    private readonly int _state = rule.StateLength(network.Layout);

    /// <summary>dE/dtheta_1.</summary>
    public double[] InitialGradient(double[] start) => [.. start.Select((_, i) => Along(start, i, null))];

    /// <summary>dE/d(meta-parameter), a scalar one.</summary>
    public double MetaGradient(double[] start, string meta) => Along(start, -1, meta);

    private double Along(double[] start, int index, string? name)
    {
        Complex[] theta = [.. start.Select((x, i) => new Complex(x, i == index ? H : 0))], state = new Complex[_state];
        var meta = _specs.ToDictionary(
            s => s.Name, s => (Complex[])[new Complex(s.Initial[0], string.Equals(s.Name, name, StringComparison.Ordinal) ? H : 0)], StringComparer.Ordinal);
        for (int t = 0; t < steps; t++)
        {
            reference(new ReferenceIterate
            {
                Step = t, Steps = steps, Age = t, Theta = theta, Gradient = _network.Evaluate(theta).Gradient, State = state, Scale = 1, Meta = meta,
            });
        }

        return _network.Evaluate(theta).Loss.Imaginary / H;
    }
}
