using System.Globalization;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>Uniform points of the unit cube; point k is drawn by the stream (seed, 0, k, Search, 1).</summary>
/// <param name="seed">Master seed.</param>
public sealed class RandomSampler(ulong seed) : StudySampler
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> Settings { get; } = [new("seed", seed.ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public override IReadOnlyList<StudyPoint> Propose(SearchSpace space, StudyGoal goal, IReadOnlyList<StudyTrial> trials, int count)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(trials);
        var points = new StudyPoint[count];
        double[] unit = new double[space.Dimensions.Length];
        for (int k = 0; k < count; k++)
        {
            var stream = new RandomStream(new StreamKey(seed, 0, (uint)(trials.Count + k), StreamPurpose.Search, 1));
            foreach (ref double u in unit.AsSpan())
                u = stream.NextDouble();
            points[k] = space.At(unit);
        }

        return points;
    }
}
