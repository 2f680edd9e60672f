namespace MetaMirror.Experiments.Benchmarks;

/// <summary>The least work that a workload's result needs: its floor is the larger of Flops over the multiply-add peak and Bytes over the bandwidth.</summary>
/// <param name="Flops">Multiplications and additions of its matrix products; elementwise work is not counted.</param>
/// <param name="Bytes">Bytes that have to be read or written, where they decide (update rules); else 0.</param>
/// <param name="WorkingSet">Bytes of the arrays behind <paramref name="Bytes"/>: they say which level of the caches the bandwidth is of.</param>
public readonly record struct Work(double Flops, double Bytes = 0, double WorkingSet = 0);
