using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.MetaLearners;

/// <summary>
/// The sums over runs that the un-relaxed bound needs (PAPERS 6.6): per coordinate, of squared displacements and squared gradients; per tensor
/// viewed as out x rest, of G G^T and G^T G ("one half-step" factors at L = R = I); if asked for, every displacement and a weighted sample of
/// gradients. Sums are double; merging adds, so runs can be collected anywhere and merged in task order.
/// </summary>
/// <remarks>Steps may carry weights s_t (PAPERS 6.8 (m)): the sums are then those of s_t g_t, as if the gradients had been scaled.</remarks>
public sealed partial class BoundStatistics
{
    private readonly double[][] _left;
    private readonly double[][] _right;
    private readonly double[] _displacement;
    private readonly double[] _gradient;
    private readonly double[] _work;

    /// <summary>Empty sums.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="withFactors">False keeps the diagonal sums only.</param>
    /// <param name="largestFactor">Factors with more rows than this are not kept. Default 1,024.</param>
    public BoundStatistics(ParameterLayout layout, bool withFactors = true, int largestFactor = 1024)
        : this(layout, new BoundStatisticsOptions { Factors = withFactors, LargestFactor = largestFactor })
    {
    }

    /// <summary>Empty sums.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="options">What is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative.</exception>
    public BoundStatistics(ParameterLayout layout, BoundStatisticsOptions options)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Layout = layout;
        Options = options;
        _displacement = new double[layout.Length];
        _gradient = new double[layout.Length];
        _left = [.. layout.Blocks.Select(b => Factor(b.Rows))];
        _right = [.. layout.Blocks.Select(b => b.IsMatrix ? Factor(b.Columns) : [])];
        _work = new double[options.Gradients > 0 ? layout.Length : options.Factors ? layout.Blocks.Max(b => (int?)b.Length) ?? 0 : 0];

        double[] Factor(int size) => options.Factors && size <= options.LargestFactor ? new double[size * size] : [];
    }

    /// <summary>Names and shapes.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>What is kept.</summary>
    public BoundStatisticsOptions Options { get; }

    /// <summary>True if factor sums are kept.</summary>
    public bool WithFactors => Options.Factors;

    /// <summary>Largest factor kept.</summary>
    public int LargestFactor => Options.LargestFactor;

    /// <summary>Completed runs.</summary>
    public long Runs { get; internal set; }

    /// <summary>Gradients added.</summary>
    public long Steps { get; internal set; }

    /// <summary>Sum of the weights s_t of all gradients; as many as gradients where none was given.</summary>
    public double StepWeight { get; internal set; }

    /// <summary>Sum over runs of (theta_T - theta_1)^2, shape [n]: A_ii times the runs.</summary>
    public ReadOnlySpan<double> SquaredDisplacements => _displacement;

    /// <summary>Sum over runs and steps of g^2, shape [n]: G_ii times the runs.</summary>
    public ReadOnlySpan<double> SquaredGradients => _gradient;

    /// <summary>Sum of G G^T of one tensor, shape [rows x rows]; empty if not kept.</summary>
    public ReadOnlySpan<double> LeftFactor(int block) => _left[block];

    /// <summary>Sum of G^T G of one tensor, shape [columns x columns]; empty if not kept, or for vectors.</summary>
    public ReadOnlySpan<double> RightFactor(int block) => _right[block];

    /// <summary>Every sum in a fixed order, with its name, for storage; writable so that a reader can fill them.</summary>
    internal IEnumerable<(string Name, long[] Shape, double[] Values)> Sums()
    {
        yield return ("squared_displacements", [Layout.Length], _displacement);
        yield return ("squared_gradients", [Layout.Length], _gradient);
        for (int i = 0; i < Layout.Blocks.Length; i++)
        {
            ParameterBlock block = Layout.Blocks[i];
            if (_left[i].Length > 0)
                yield return ($"{block.Name}.left", [block.Rows, block.Rows], _left[i]);
            if (_right[i].Length > 0)
                yield return ($"{block.Name}.right", [block.Columns, block.Columns], _right[i]);
        }
    }

    /// <summary>Adds one gradient; a sample draws for it as for step <see cref="Steps"/> of task 0.</summary>
    /// <param name="gradient">Shape [n].</param>
    /// <exception cref="ArgumentException">Wrong length.</exception>
    public void AddGradient<T>(ReadOnlySpan<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T> => AddGradient(gradient, new BatchKey(0, (uint)Steps, (uint)Runs, 0));

    /// <summary>Adds one gradient.</summary>
    /// <param name="gradient">g_t, shape [n].</param>
    /// <param name="key">Seed, step, outer step and task: what a sample keeps depends on them, not on the order of arrival.</param>
    /// <param name="weight">s_t, from 0: the gradient counts as s_t g_t (a clipped step counts less). Default 1.</param>
    /// <exception cref="ArgumentException">Wrong length, or a weight that is negative or not finite.</exception>
    public void AddGradient<T>(ReadOnlySpan<T> gradient, in BatchKey key, double weight = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Layout.RequireLength(gradient.Length, nameof(gradient));
        if (!double.IsFinite(weight) || weight < 0)
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight of a step must be finite and not negative.");
        Steps++;
        StepWeight += weight;
        for (int i = 0; i < gradient.Length; i++)
        {
            double g = weight * double.CreateTruncating(gradient[i]);
            _gradient[i] += g * g;
        }

        bool samples = Options.Gradients > 0;
        for (int k = 0; k < Layout.Blocks.Length && (WithFactors || samples); k++)
        {
            ParameterBlock block = Layout.Blocks[k];
            Span<double> g = _work.AsSpan(samples ? block.Offset : 0, block.Length);
            for (int i = 0; i < g.Length; i++)
                g[i] = weight * double.CreateTruncating(gradient[block.Offset + i]);
            if (_left[k].Length > 0)
                Gemm.MultiplySelf<double>(false, block.Rows, block.Columns, 1, g, 1, _left[k]);
            if (_right[k].Length > 0)
                Gemm.MultiplySelf<double>(true, block.Columns, block.Rows, 1, g, 1, _right[k]);
        }

        if (samples)
            ReservoirOf(key.Task).Offer(GradientReservoir.Uniform(key), _work);
    }

    /// <summary>Adds one completed run's displacement theta_T - theta_1.</summary>
    /// <exception cref="ArgumentException">Wrong length.</exception>
    public void AddRun<T>(ReadOnlySpan<T> initial, ReadOnlySpan<T> final)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Layout.RequireLength(initial.Length, nameof(initial));
        Layout.RequireLength(final.Length, nameof(final));
        Runs++;
        for (int i = 0; i < initial.Length; i++)
        {
            double d = double.CreateTruncating(final[i]) - double.CreateTruncating(initial[i]);
            _displacement[i] += d * d;
        }

        if (Options.Displacements)
            KeepDisplacement(initial, final);
    }

    /// <summary>Adds another object's sums. Merge in task order for bits that don't depend on who finished first.</summary>
    /// <exception cref="ArgumentException">Layouts or kept factors differ.</exception>
    public void Merge(BoundStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Fits(other))
            throw new ArgumentException($"The statistics are of {other.Layout}, expected {Layout}, with the same sums and vectors kept.", nameof(other));
        MergeSources(other);
        Runs += other.Runs;
        Steps += other.Steps;
        StepWeight += other.StepWeight;
        MergeRuns(other);
        foreach (((_, _, double[] mine), (_, _, double[] theirs)) in Sums().Zip(other.Sums()))
            Vectors.AddScaled<double>(1, theirs, mine);
    }

    /// <summary>True if the other's sums are of the same tensors and factors.</summary>
    internal bool Fits(BoundStatistics other) =>
        Layout.Matches(other.Layout) && Options == other.Options;

    /// <summary>Sets every sum to zero.</summary>
    public void Clear()
    {
        Runs = 0;
        Steps = 0;
        StepWeight = 0;
        _displacements.Clear();
        _reservoirs.Clear();
        _sources.Clear();
        foreach ((_, _, double[] values) in Sums())
            Array.Clear(values);
    }
}
