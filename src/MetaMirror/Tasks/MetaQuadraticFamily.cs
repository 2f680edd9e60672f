using System.Globalization;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>Mean diagonal (m0, m1) of the factor C of a meta-quadratic's Q = C C^T: it sets how stretched the level sets are.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="M0">Mean of C_00, above 0.</param>
/// <param name="M1">Mean of C_11, above 0.</param>
public sealed record MetaQuadraticRegime(string Name, double M0, double M1)
{
    /// <summary>(1, 1).</summary>
    public static MetaQuadraticRegime Round { get; } = new("round", 1, 1);

    /// <summary>(3, 0.3).</summary>
    public static MetaQuadraticRegime Stretched { get; } = new("stretched", 3, 0.3);

    /// <summary>(10, 0.5).</summary>
    public static MetaQuadraticRegime Steep { get; } = new("steep", 10, 0.5);

    /// <summary>The three regimes.</summary>
    public static IReadOnlyList<MetaQuadraticRegime> All { get; } = [Round, Stretched, Steep];
}

/// <summary>
/// The endless family of two-dimensional quadratics theta^T Q theta - b^T theta (MetaMD v1 section 5.1, Figure 1): b ~ N([1, 1], I), Q = C C^T, C lower
/// triangular, C_00 ~ N(m0, (0.1 m0)^2), C_11 ~ N(m1, (0.1 m1)^2), C_10 ~ N(0, (0.3 min(m0, m1))^2); start (3, 3).
/// Task i draws b_0, b_1, C_00, C_11, C_10 in this order from the stream (seed, 0, 0, TaskSample, i).
/// </summary>
/// <remarks>Differs from the paper: it does not state the distribution of Q; this one is ours.</remarks>
/// <param name="regime">m0 and m1.</param>
/// <param name="seed">Seed of the family.</param>
public sealed class MetaQuadraticFamily(MetaQuadraticRegime regime, ulong seed) : TaskDistribution<double>
{
    /// <inheritdoc/>
    public override ParameterLayout Layout { get; } = ParameterLayout.Vector(2);

    /// <summary>Null: tasks 0 to 2^24 - 1 are drawn without end.</summary>
    public override int? Count => null;

    /// <summary>m0 and m1.</summary>
    public MetaQuadraticRegime Regime => regime;

    /// <summary>Task number <paramref name="index"/>, named e.g. <c>stretched-17</c>.</summary>
    public override LearningTask<double> this[int index] => Task(index);

    /// <summary>As the indexer, with the quadratic at hand.</summary>
    public MetaQuadraticTask Task(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var stream = new RandomStream(new StreamKey(seed, 0, 0, StreamPurpose.TaskSample, (uint)index));
        double[] b = [1 + stream.NextNormal(), 1 + stream.NextNormal()];
        double c00 = regime.M0 * (1 + (0.1 * stream.NextNormal()));
        double c11 = regime.M1 * (1 + (0.1 * stream.NextNormal()));
        double c10 = 0.3 * Math.Min(regime.M0, regime.M1) * stream.NextNormal();
        double[] q = [c00 * c00, c00 * c10, c00 * c10, (c10 * c10) + (c11 * c11)];
        return new MetaQuadraticTask(string.Create(CultureInfo.InvariantCulture, $"{regime.Name}-{index}"), q, b, Layout);
    }
}

/// <summary>One quadratic theta^T Q theta - b^T theta, started at (3, 3).</summary>
public sealed class MetaQuadraticTask : LearningTask<double>
{
    private const double Start = 3;
    private readonly double[] _q;
    private readonly double[] _b;
    private readonly double[] _minimizer;

    internal MetaQuadraticTask(string name, double[] q, double[] b, ParameterLayout layout)
    {
        Name = name;
        Layout = layout;
        _q = q;
        _b = b;
        double determinant = 2 * ((q[0] * q[3]) - (q[1] * q[2]));
        _minimizer = [((q[3] * b[0]) - (q[1] * b[1])) / determinant, ((q[0] * b[1]) - (q[2] * b[0])) / determinant];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; }

    /// <summary>Q, shape [2 x 2].</summary>
    public ReadOnlySpan<double> Q => _q;

    /// <summary>b, shape [2].</summary>
    public ReadOnlySpan<double> B => _b;

    /// <summary>theta_* = Q^-1 b / 2.</summary>
    public ReadOnlySpan<double> Minimizer => _minimizer;

    /// <inheritdoc/>
    public override Objective<double> CreateTrainingObjective() => QuadraticObjective<double>.FromQ(_q, _b);

    /// <summary>theta_1 = (3, 3); draws nothing.</summary>
    public override void Initialize(ref RandomStream stream, Span<double> theta) => theta.Fill(Start);
}
