using MetaMirror.Networks;

namespace MetaMirror.Experiments.Benchmarks;

/// <summary>
/// Flops of a network's matrix products. A layer with a weight of [out x rest] multiplies it once per output position: p = 2 rows * weight entries *
/// positions for one pass over it, positions = output size / out (1 for a linear layer, pixels for a convolution).
/// </summary>
public sealed class NetworkFlops
{
    private readonly double _all;
    private readonly double _first;

    /// <summary>Counts a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">Examples of a batch.</param>
    public NetworkFlops(Network network, int rows)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (NetworkNode node in network.Nodes)
        {
            double products = 2.0 * rows * PerRow(node);
            _all += products;
            if (!node.InputVaries)
                _first += products;
        }
    }

    /// <summary>Scores: sum p.</summary>
    public double Value => _all;

    /// <summary>Scores, weight gradients of all layers, input gradients of all but the first: 3 sum p - p_first.</summary>
    public double Gradient => (3 * _all) - _first;

    /// <summary>
    /// H v where values and cotangents are kept from the gradient: tangents x dW + dx W, weight products day x + ay dx, input products day W + ay dW; the first
    /// layer has no dx and needs no input products: 2 p_first + 6 (sum p - p_first).
    /// </summary>
    public double TangentsOfGradient => (2 * _first) + (6 * (_all - _first));

    /// <summary>Gradient and H v at one point.</summary>
    public double GradientAndProduct => Gradient + TangentsOfGradient;

    /// <summary>H v alone: scores, input gradients of all layers but the first, and <see cref="TangentsOfGradient"/>.</summary>
    public double Product => (2 * _all) - _first + TangentsOfGradient;

    private static double PerRow(NetworkNode node) => node.Layer.Parameters.Where(p => p.Shape.Length > 1)
        .Sum(p => p.Shape.Aggregate(1.0, (product, size) => product * size) * node.Output.Size / p.Shape[0]);
}
