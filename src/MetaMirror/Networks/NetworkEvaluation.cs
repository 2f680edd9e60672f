using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Numerics;

namespace MetaMirror.Networks;

/// <summary>Mean loss and accuracy of a network over a whole data set, in blocks of at most 256 rows, without derivatives. An instance owns its buffers: one per thread.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NetworkEvaluation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network _network;
    private readonly Dataset<T> _data;
    private readonly NetworkLoss _loss;
    private readonly NetworkPass<T> _pass;

    /// <summary>Plans the memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Examples.</param>
    /// <param name="loss">The loss. Default: the usual one for the data's targets.</param>
    /// <exception cref="ArgumentException">The data set is empty, or its inputs or targets don't fit.</exception>
    public NetworkEvaluation(Network network, Dataset<T> data, NetworkLoss? loss = null)
    {
        _loss = RequireFit(network, data, loss);
        _network = network;
        _data = data;
        _pass = new NetworkPass<T>(network, Math.Min(data.Count, network.BlockRows), derivatives: false);
    }

    /// <summary>Threads that kernels may use; null for the caller's alone.</summary>
    public WorkerTeam? Team
    {
        get => _pass.Team;
        set => _pass.Team = value;
    }

    /// <summary>Mean loss, and the share of right answers (null for real targets).</summary>
    /// <param name="theta">Shape [Layout.Length].</param>
    /// <param name="state">The objective state to evaluate with (BatchNorm's running statistics), shape [StateLayout.Length]; empty where the network has none.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public (double Loss, double? Accuracy) Measure(ReadOnlySpan<T> theta, ReadOnlySpan<T> state = default)
    {
        _network.Layout.RequireLength(theta.Length, nameof(theta));
        _network.StateLayout.RequireLength(state.Length, nameof(state));
        int count = _data.Count, d = _data.Features, k = _data.Outputs;
        double sum = 0;
        int right = 0;
        for (int start = 0; start < count; start += _pass.Capacity)
        {
            int rows = Math.Min(_pass.Capacity, count - start);
            _pass.Value(theta, rows, _data.Inputs.Slice(start * d, rows * d), state);
            var values = new LossValues<T>(rows, _pass.Scores, k == 0 ? _data.Labels.Slice(start, rows) : default, _data.Targets.Slice(start * k, rows * k));
            sum += _loss.Value(values, T.One, _pass.Cotangent);
            right += _loss.CountRight(values);
        }

        return (sum / count, right < 0 ? null : (double)right / count);
    }

    /// <summary>Checks network, data and loss against each other; gives the loss.</summary>
    internal static NetworkLoss RequireFit(Network network, Dataset<T> data, NetworkLoss? loss)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        if (data.Count == 0)
            throw new ArgumentException($"Data set '{data.Name}' has no examples.", nameof(data));
        if (data.Features != network.Input.Size)
            throw new ArgumentException($"The network takes {network.Input.Size} inputs, but data set '{data.Name}' has {data.Features} features.", nameof(data));
        if (loss is null)
            return NetworkLoss.For(data, network.Output.Size);
        loss.RequireTargets(data, network.Output.Size);
        return loss;
    }
}
