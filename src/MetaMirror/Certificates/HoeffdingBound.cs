namespace MetaMirror.Certificates;

/// <summary>
/// Across tasks (PAPERS 6.8 k): an optimizer frozen before n fresh independent tasks are drawn, figures b_i in [0, c]: with probability at least 1 - delta
/// E b &lt;= mean b_i + c sqrt(ln(1/delta) / (2 n)). It needs no complexity term, whatever the optimizer.
/// </summary>
public static class HoeffdingBound
{
    /// <summary>The bound.</summary>
    /// <param name="figures">b_i, shape [n].</param>
    /// <param name="largest">c.</param>
    /// <param name="delta">delta, between 0 and 1.</param>
    /// <exception cref="ArgumentException">A figure is outside [0, c], or there is none.</exception>
    public static double Of(ReadOnlySpan<double> figures, double largest, double delta)
    {
        if (figures.IsEmpty)
            throw new ArgumentException("Expected figures of at least one task, found none.", nameof(figures));
        if (!(delta is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "delta must lie between 0 and 1.");
        double sum = 0;
        foreach (double figure in figures)
        {
            if (!(figure >= 0 && figure <= largest))
                throw new ArgumentException($"A figure is {figure}, expected a number from 0 to {largest}.", nameof(figures));
            sum += figure;
        }

        return (sum / figures.Length) + (largest * Math.Sqrt(Math.Log(1 / delta) / (2 * figures.Length)));
    }
}
