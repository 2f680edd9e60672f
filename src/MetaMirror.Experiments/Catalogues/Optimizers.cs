using System.Numerics;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>The optimizers that are tuned by their learning rate, one line each; in the order of tables.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static class Optimizers<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static IReadOnlyList<OptimizerEntry<T>> All { get; } = [];
}
