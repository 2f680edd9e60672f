namespace MetaMirror.Experiments.Optimism;

/// <summary>One optimizer on the random quadratics of one dimension and condition number.</summary>
/// <param name="Dimension">n.</param>
/// <param name="Condition">Largest over smallest eigenvalue.</param>
/// <param name="Optimizer">Name.</param>
/// <param name="Rates">Learning rates, rising, shape [r].</param>
/// <param name="Regret">sum_t (f(x_t) - f*) at the end at each rate, median over seeds, shape [r]; not finite where more than half diverged.</param>
/// <param name="BestRate">The rate of the least median regret.</param>
/// <param name="AtEdge">Whether that is the first or last rate, so that a wider grid might have a better one.</param>
/// <param name="BestRegret">The least median regret.</param>
/// <param name="Loss">f(x_t) - f* at the best rate, t = 0 .. T, median over seeds, shape [T + 1].</param>
public sealed record QuadraticFigure(
    int Dimension, double Condition, string Optimizer, double[] Rates, double[] Regret, double BestRate, bool AtEdge, double BestRegret, double[] Loss);
