using System.Collections.Immutable;

namespace MetaMirror.Divergences;

/// <summary>The metric L kron R of one tensor, given to <see cref="KroneckerDivergence{T}.FromFactors"/>; (c L, R / c) is the same metric.</summary>
/// <param name="Tensor">Name of the tensor.</param>
/// <param name="Left">L, shape [rows, rows] row-major; [rows] if its form is diagonal; empty if it is the identity. For a tensor that is no matrix: its metric, one entry each.</param>
/// <param name="Right">R, shape [columns, columns], [columns] or empty likewise; empty for a tensor that is no matrix.</param>
public sealed record KroneckerFactors(string Tensor, ImmutableArray<double> Left, ImmutableArray<double> Right);
