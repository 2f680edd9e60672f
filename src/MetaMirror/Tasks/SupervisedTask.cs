using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tasks;

/// <summary>
/// A network (or linear model: a network of one linear layer) to be trained on data. Splits are read when first needed: making the task
/// reads none, training reads the training split only.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="data">Training, validation and test data; the task takes their name.</param>
/// <param name="network">The model.</param>
/// <param name="options">Batches, regularizer, start.</param>
public sealed class SupervisedTask<T>(TaskData<T> data, Network network, SupervisedOptions options) : LearningTask<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lock _gate = new();
    private NetworkEvaluation<T>? _training;
    private NetworkEvaluation<T>? _test;

    /// <inheritdoc/>
    public override string Name => data.Name;

    /// <inheritdoc/>
    public override ParameterLayout Layout => network.Layout;

    /// <summary>The model.</summary>
    public Network Network => network;

    /// <summary>The data.</summary>
    public TaskData<T> Data => data;

    /// <summary>Batches, regularizer, start.</summary>
    public SupervisedOptions Options => options;

    /// <summary>The same task with its validation and test data forbidden: what a learner gets.</summary>
    public SupervisedTask<T> TrainingOnly() => new(data.TrainingOnly(), network, options);

    /// <summary>Mean loss on mini-batches of the training data, plus the regularizer.</summary>
    public override Objective<T> CreateTrainingObjective()
    {
        Dataset<T> examples = data.Train.Examples;
        var objective = new NetworkObjective<T>(network, examples, new Minibatches(examples.Count, options.BatchSize, options.Order), options.Loss);
        return options.Regularizer is { } weight ? new Regularized<T>(objective, weight) : objective;
    }

    /// <summary>Mean loss on all validation data, without the regularizer.</summary>
    public override Objective<T>? CreateValidationObjective() =>
        data.Validation is { } split ? new NetworkObjective<T>(network, split.Examples, loss: options.Loss) : null;

    /// <summary>Random weights (PyTorch's defaults), or zeros.</summary>
    public override void Initialize(ref RandomStream stream, Span<T> theta)
    {
        if (options.StartAtZero)
            theta.Clear();
        else
            network.Initialize(ref stream, theta);
    }

    /// <summary>Mean loss over the whole training set, without the regularizer: the training loss of every comparison. Safe from many threads, one at a time.</summary>
    public double MeanTrainingLoss(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default)
    {
        lock (_gate)
            return (_training ??= CreateTrainingEvaluation()).Measure(theta, state).Loss;
    }

    /// <summary>Measures on the whole training set with buffers of its own; one per thread.</summary>
    public NetworkEvaluation<T> CreateTrainingEvaluation() => new(network, data.Train.Examples, options.Loss);

    /// <inheritdoc/>
    public override TestMeasure? Test(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default)
    {
        if (data.Test is not { } split)
            return null;
        lock (_gate)
        {
            (double loss, double? accuracy) = (_test ??= new NetworkEvaluation<T>(network, split.Examples, options.Loss)).Measure(theta, state);
            return new TestMeasure(loss, accuracy);
        }
    }
}
