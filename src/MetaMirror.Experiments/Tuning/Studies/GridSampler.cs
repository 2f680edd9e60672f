using System.Collections.Immutable;
using System.Globalization;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>All combinations of some values, in an order drawn by seed: a budget below their number then tries a fair part of them.</summary>
public sealed class GridSampler : StudySampler
{
    private readonly ulong _seed;
    private readonly ImmutableArray<ImmutableArray<double>> _values;

    /// <summary>Takes the values.</summary>
    /// <param name="seed">Master seed.</param>
    /// <param name="values">Values of each dimension, of choices their numbers; shape [dimensions][at least 1].</param>
    /// <exception cref="ArgumentException">A dimension has no values.</exception>
    public GridSampler(ulong seed, ImmutableArray<ImmutableArray<double>> values)
    {
        if (values.IsDefaultOrEmpty || values.Any(v => v.IsDefaultOrEmpty))
            throw new ArgumentException("Expected at least one value for each dimension of a grid, found none.", nameof(values));
        _seed = seed;
        _values = values;
        Size = values.Aggregate(1, (product, v) => checked(product * v.Length));
    }

    /// <inheritdoc/>
    public override string Name => "grid";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> Settings =>
    [
        new("seed", _seed.ToString(CultureInfo.InvariantCulture)),
        new("values", string.Join("; ", _values.Select(v => string.Join(", ", v.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))))),
    ];

    /// <summary>Number of combinations.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StudyPoint> Propose(SearchSpace space, StudyGoal goal, IReadOnlyList<StudyTrial> trials, int count)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(trials);
        if (_values.Length != space.Dimensions.Length)
            throw new ArgumentException($"The grid has {_values.Length} dimensions, expected {space.Dimensions.Length}.", nameof(space));
        int[] order = [.. Enumerable.Range(0, Size)];
        var stream = new RandomStream(new StreamKey(_seed, 0, 0, StreamPurpose.Search, 0));
        stream.Shuffle(order);
        return [.. order.Skip(trials.Count).Take(count).Select(number => Combination(space, number))];
    }

    private StudyPoint Combination(SearchSpace space, int number)
    {
        double[] values = new double[_values.Length];
        for (int i = values.Length - 1; i >= 0; i--)
        {
            values[i] = _values[i][number % _values[i].Length];
            number /= _values[i].Length;
        }

        return new StudyPoint(space, [.. values]);
    }
}
