using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Declares the weights of a rule's network, where random ones are drawn from a stream of their own each.</summary>
internal sealed class StartingWeights<T>(ulong seed)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Most units of a layer, and most layers.</summary>
    public const int MostUnits = 256, MostLayers = 8;

    private readonly List<MetaParameterSpec<T>> _specs = [];

    /// <summary>The declarations.</summary>
    public IReadOnlyList<MetaParameterSpec<T>> Specs => _specs;

    /// <summary>Throws unless a network is of a size that a coordinate can pay for, and a file of a few bytes can ask for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Require(string rule, string option, int found, int most)
    {
        if (found < 1 || found > most)
            throw new ArgumentOutOfRangeException(option, found, $"The option {option} of {rule} must be from 1 to {most}.");
    }

    /// <summary>Normal with mean 0.</summary>
    public StartingWeights<T> Normal(string name, ImmutableArray<int> shape, double deviation)
    {
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.MetaParameters, (uint)_specs.Count));
        double[] draws = new double[shape.Aggregate(1, (product, size) => product * size)];
        stream.FillNormal<double>(draws);
        return Given(name, shape, draws.Select(z => deviation * z));
    }

    /// <summary>As given; one value is broadcast.</summary>
    public StartingWeights<T> Given(string name, ImmutableArray<int> shape, params IEnumerable<double> values)
    {
        _specs.Add(new MetaParameterSpec<T>(name, shape, MetaTransform.Identity, [.. values.Select(T.CreateTruncating)]));
        return this;
    }

    /// <summary>The rate, a factor that the weights have already, so that it is not learned.</summary>
    public StartingWeights<T> Rate(string rule, double learningRate)
    {
        _specs.AddRange(new RuleMetas<T>(rule, []).Positive("learning_rate", learningRate).Specs);
        return this;
    }
}
