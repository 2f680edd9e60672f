namespace MetaMirror.Experiments.Optimism;

/// <summary>One optimizer on the bilinear games min_x max_y x^T A y of one dimension; the saddle point is 0.</summary>
/// <param name="Dimension">Dimension of each player.</param>
/// <param name="Optimizer">Name.</param>
/// <param name="Rate">Its step size times ||A||, the best of a few.</param>
/// <param name="Steps">Steps at which the distance was kept, shape [n].</param>
/// <param name="Distance">||(x, y)|| over its start, median over seeds, shape [n].</param>
/// <param name="Converges">Whether every game ended nearer to the saddle point than it began.</param>
/// <param name="Final">The last distance.</param>
public sealed record GameFigure(int Dimension, string Optimizer, double Rate, int[] Steps, double[] Distance, bool Converges, double Final);
