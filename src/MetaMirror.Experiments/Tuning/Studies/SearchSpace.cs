using System.Collections.Immutable;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>The quantities that a study varies.</summary>
public sealed class SearchSpace
{
    /// <summary>Puts dimensions together.</summary>
    /// <param name="dimensions">At least one, with different names.</param>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public SearchSpace(params ImmutableArray<SearchDimension> dimensions)
    {
        if (dimensions.IsDefaultOrEmpty)
            throw new ArgumentException("Expected at least one dimension to search, found none.", nameof(dimensions));
        if (dimensions.GroupBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Expected dimensions with different names, found '{twice.Key}' twice.", nameof(dimensions));
        Dimensions = dimensions;
        FeatureCount = dimensions.Sum(d => d.Features);
    }

    /// <summary>The dimensions.</summary>
    public ImmutableArray<SearchDimension> Dimensions { get; }

    /// <summary>Coordinates of an image.</summary>
    internal int FeatureCount { get; }

    /// <summary>The number of the dimension of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Dimensions.Length; i++)
        {
            if (string.Equals(Dimensions[i].Name, name, StringComparison.Ordinal))
                return i;
        }

        throw new ArgumentException($"Expected a dimension among {string.Join(", ", Dimensions.Select(d => d.Name))}, found '{name}'.", nameof(name));
    }

    /// <summary>The point at u of the unit cube.</summary>
    /// <param name="unit">Shape [dimensions].</param>
    public StudyPoint At(ReadOnlySpan<double> unit)
    {
        var values = ImmutableArray.CreateBuilder<double>(Dimensions.Length);
        for (int i = 0; i < Dimensions.Length; i++)
            values.Add(Dimensions[i].At(unit[i]));
        return new StudyPoint(this, values.MoveToImmutable());
    }

    /// <summary>The place of a point in the unit cube; outside of it where a value leaves its range.</summary>
    internal void Place(StudyPoint point, Span<double> unit)
    {
        for (int i = 0; i < Dimensions.Length; i++)
            unit[i] = Dimensions[i].Place(point.Values[i]);
    }

    /// <summary>The image of u where distances mean something, shape [FeatureCount].</summary>
    internal void Image(ReadOnlySpan<double> unit, Span<double> features)
    {
        int at = 0;
        for (int i = 0; i < Dimensions.Length; i++)
        {
            Dimensions[i].Image(unit[i], features.Slice(at, Dimensions[i].Features));
            at += Dimensions[i].Features;
        }
    }
}

/// <summary>A setting to be tried: one value per dimension, of choices their number.</summary>
/// <param name="Space">The space.</param>
/// <param name="Values">Shape [dimensions].</param>
public sealed record StudyPoint(SearchSpace Space, ImmutableArray<double> Values)
{
    /// <summary>The value of a dimension.</summary>
    /// <exception cref="ArgumentException">There is no such dimension.</exception>
    public double this[string name] => Values[Space.IndexOf(name)];

    /// <summary>The value of a dimension as text: of choices the name.</summary>
    /// <exception cref="ArgumentException">There is no such dimension.</exception>
    public string Text(string name)
    {
        int i = Space.IndexOf(name);
        return Space.Dimensions[i].Text(Values[i]);
    }

    /// <summary>For example <c>learningRate 0.01, weightDecay 0.0001</c>.</summary>
    public override string ToString() => string.Join(", ", Space.Dimensions.Select((d, i) => $"{d.Name} {d.Text(Values[i])}"));
}
