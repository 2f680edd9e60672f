using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Benching;

/// <summary>The document of <c>bench --scaling</c>.</summary>
/// <param name="Threads">Threads used.</param>
/// <param name="Derivatives">Gradients and Hessian-vector products as batch, width and depth grow.</param>
/// <param name="Hypergradients">Hypergradients as the number of steps grows.</param>
/// <param name="Version">Version of this program.</param>
/// <param name="Machine">The machine.</param>
internal sealed record ScalingDocument(
    int Threads, IReadOnlyList<DerivativeCost> Derivatives, IReadOnlyList<HypergradientCost> Hypergradients, string Version, MachineInfo Machine);
