using System.Globalization;
using MetaMirror.Experiments.Tuning.Surrogates;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>
/// Bayesian optimization: points of a scrambled Sobol sequence first, then each time the point where the upper confidence bound of a Gaussian
/// process is largest. Trials without a value count as the worst value seen; of several proposals at once, the ones before count as if
/// they had given their posterior means.
/// </summary>
public sealed class BayesianSampler : StudySampler
{
    /// <summary>The largest budget: the time of a proposal grows with the cube of the number of trials before it.</summary>
    public const int MaxTrials = 500;

    private readonly ulong _seed;
    private readonly BayesianOptions _options;

    /// <summary>Takes its options.</summary>
    /// <param name="seed">Master seed.</param>
    /// <param name="options">Null: the default.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public BayesianSampler(ulong seed, BayesianOptions? options = null)
    {
        _seed = seed;
        _options = options ?? new BayesianOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Starts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Candidates, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Refined, 1, nameof(options));
        if (!(_options.WorstMultiple > 0))
            throw new ArgumentOutOfRangeException(nameof(options), _options.WorstMultiple, "WorstMultiple must be positive.");
        if (!(_options.Acquisition.Beta >= 0) || !double.IsFinite(_options.Acquisition.Beta))
            throw new ArgumentOutOfRangeException(nameof(options), _options.Acquisition.Beta, "beta must be finite and not negative.");
    }

    /// <inheritdoc/>
    public override string Name => "bayesian";

    /// <inheritdoc/>
    public override int? LargestBudget => MaxTrials;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> Settings =>
    [
        new("seed", _seed.ToString(CultureInfo.InvariantCulture)),
        Number("starts", _options.Starts),
        Number("beta", _options.Acquisition.Beta),
        Number("worstMultiple", _options.WorstMultiple),
        Number("candidates", _options.Candidates),
        Number("refined", _options.Refined),
        Number("lengthScale", _options.Prior.LengthScale),
        Number("lengthScaleSpread", _options.Prior.LengthScaleSpread),
        Number("signalVariance", _options.Prior.SignalVariance),
        Number("signalSpread", _options.Prior.SignalSpread),
        Number("noiseVariance", _options.Prior.NoiseVariance),
        Number("noiseSpread", _options.Prior.NoiseSpread),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<StudyPoint> Propose(SearchSpace space, StudyGoal goal, IReadOnlyList<StudyTrial> trials, int count)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(trials);
        int d = space.Dimensions.Length;
        var points = new List<StudyPoint>(count);
        double[] values = Imputed(goal, trials);
        int starts = values.Length == 0 ? count : Math.Clamp(_options.Starts - trials.Count, 0, count);
        AddStarts(space, trials.Count, starts, points);
        if (starts == count)
            return points;

        int sign = goal == StudyGoal.Maximize ? 1 : -1;
        var observed = new List<double>();
        double[] unit = new double[d];
        foreach (StudyPoint point in trials.Select(t => t.Point))
        {
            space.Place(point, unit);
            observed.AddRange(unit);
        }

        double[] best = observed.GetRange(Array.IndexOf(values, sign > 0 ? values.Max() : values.Min()) * d, d).ToArray();
        GaussianProcess process = new KernelFit { Prior = _options.Prior }.Fit(Observations.Of(Images(space, observed), space.FeatureCount, values));
        foreach (StudyPoint start in points)
        {
            space.Place(start, unit);
            process = Believe(space, process, unit, observed);
        }

        var search = new AcquisitionSearch(space, _options, sign);
        while (points.Count < count)
        {
            var stream = new RandomStream(new StreamKey(_seed, 1, (uint)(trials.Count + points.Count), StreamPurpose.Search, 2));
            double[] next = search.Largest(process, [.. observed], best, ref stream);
            points.Add(space.At(next));
            if (points.Count < count)
                process = Believe(space, process, next, observed);
        }

        return points;
    }

    private static KeyValuePair<string, string> Number(string name, double value) => new(name, value.ToString("R", CultureInfo.InvariantCulture));

    private void AddStarts(SearchSpace space, int first, int count, List<StudyPoint> points)
    {
        var stream = new RandomStream(new StreamKey(_seed, 0, 0, StreamPurpose.Search, 2));
        var sequence = new SobolSequence(space.Dimensions.Length, ref stream);
        double[] unit = new double[space.Dimensions.Length];
        for (int k = 0; k < count; k++)
        {
            sequence.Point((uint)(first + k), unit);
            points.Add(space.At(unit));
        }
    }

    /// <summary>The posterior if the point gave its posterior mean.</summary>
    private static GaussianProcess Believe(SearchSpace space, GaussianProcess process, double[] unit, List<double> observed)
    {
        double[] image = new double[space.FeatureCount], mean = new double[1], variance = new double[1];
        space.Image(unit, image);
        process.Predict(image, mean, variance);
        observed.AddRange(unit);
        return new GaussianProcess(process.Data.With(image, mean[0]), process.Parameters);
    }

    private static double[] Images(SearchSpace space, List<double> observed)
    {
        int d = space.Dimensions.Length, f = space.FeatureCount, n = observed.Count / d;
        double[] images = new double[n * f];
        for (int i = 0; i < n; i++)
            space.Image(observed.GetRange(i * d, d).ToArray(), images.AsSpan(i * f, f));
        return images;
    }

    /// <summary>Values of all trials, the worst one for those without, and no worse than the limit; none if no trial has a value.</summary>
    private double[] Imputed(StudyGoal goal, IReadOnlyList<StudyTrial> trials)
    {
        double[] known = [.. trials.Where(t => t.Value.HasValue).Select(t => t.Value!.Value)];
        if (known.Length == 0)
            return [];
        int sign = goal == StudyGoal.Maximize ? 1 : -1;
        double best = known.Max(v => sign * v), median = Quantiles.Median([.. known.Select(v => sign * v)]);
        double limit = best > median ? median - (_options.WorstMultiple * (best - median)) : double.NegativeInfinity;
        double worst = Math.Max(known.Min(v => sign * v), limit);
        return [.. trials.Select(t => sign * (t.Value is { } value ? Math.Max(sign * value, worst) : worst))];
    }
}
