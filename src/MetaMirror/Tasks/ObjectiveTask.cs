using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>A user's own task: any objective, a start, and optionally a validation objective and a test.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ObjectiveTask<T> : LearningTask<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Func<Objective<T>> _training;
    private readonly T[]? _start;

    /// <summary>A task from a factory of objectives.</summary>
    /// <param name="name">Name in tables and messages.</param>
    /// <param name="training">Makes a training objective with buffers of its own; called once per thread.</param>
    /// <param name="start">theta_1, shape [n]; null draws it from N(0, 1).</param>
    /// <exception cref="ArgumentException">The start has the wrong length.</exception>
    public ObjectiveTask(string name, Func<Objective<T>> training, ReadOnlySpan<T> start = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(training);
        Name = name;
        _training = training;
        Layout = training().Layout;
        if (!start.IsEmpty)
        {
            Layout.RequireLength(start.Length, nameof(start));
            _start = start.ToArray();
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ParameterLayout Layout { get; }

    /// <summary>Makes a validation objective. Default: none.</summary>
    public Func<Objective<T>>? Validation { get; init; }

    /// <summary>Measures theta on test data. Default: none.</summary>
    public Func<ReadOnlyMemory<T>, TestMeasure>? Measure { get; init; }

    /// <inheritdoc/>
    public override Objective<T> CreateTrainingObjective() => _training();

    /// <inheritdoc/>
    public override Objective<T>? CreateValidationObjective() => Validation?.Invoke();

    /// <inheritdoc/>
    public override void Initialize(ref RandomStream stream, Span<T> theta)
    {
        if (_start is null)
            stream.FillNormal(theta);
        else
            _start.CopyTo(theta);
    }

    /// <inheritdoc/>
    public override TestMeasure? Test(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default) => Measure?.Invoke(theta.ToArray());
}
