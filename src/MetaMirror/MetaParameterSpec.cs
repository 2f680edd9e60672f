using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror;

/// <summary>How a meta-parameter is stored: the raw value is unconstrained, the natural value is what formulas use.</summary>
public enum MetaTransform
{
    /// <summary>natural = raw.</summary>
    Identity,

    /// <summary>natural = exp(raw): positive.</summary>
    Log,

    /// <summary>natural = 1 / (1 + exp(-raw)): between 0 and 1.</summary>
    Logit,
}

/// <summary>Where a meta-parameter enters the inner problem.</summary>
public enum MetaPlace
{
    /// <summary>The initial point theta_1(mu): MAML, Meta-SGD, iMAML.</summary>
    InitialPoint,

    /// <summary>The update rule.</summary>
    Rule,

    /// <summary>The training objective, e.g. regularizer weights.</summary>
    Objective,
}

/// <summary>Declares one meta-parameter tensor: name, shape, transform, start, and the interval it is projected to.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Name">Name, unique within its place.</param>
/// <param name="Shape">Shape; empty for a scalar.</param>
/// <param name="Transform">Storage transform.</param>
/// <param name="Initial">Natural start values, row-major; one value is broadcast.</param>
public sealed record MetaParameterSpec<T>(string Name, ImmutableArray<int> Shape, MetaTransform Transform, ImmutableArray<T> Initial)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>False keeps the value fixed: its hypergradient is set to zero. Default: true.</summary>
    public bool Learned { get; init; } = true;

    /// <summary>Lower end of the projection interval of natural values. Default: no bound.</summary>
    public double Lower { get; init; } = double.NegativeInfinity;

    /// <summary>Upper end of the projection interval of natural values. Default: no bound.</summary>
    public double Upper { get; init; } = double.PositiveInfinity;

    /// <summary>Number of entries.</summary>
    public int Length => Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>A scalar.</summary>
    public static MetaParameterSpec<T> Scalar(string name, double value, MetaTransform transform = MetaTransform.Identity, bool learned = true) =>
        new(name, [], transform, [T.CreateChecked(value)]) { Learned = learned };
}
