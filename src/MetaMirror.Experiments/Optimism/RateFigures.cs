namespace MetaMirror.Experiments.Optimism;

/// <summary>Gaps f(xbar_T) - f* with and without hints, beside their bounds (PAPERS 3.3).</summary>
/// <param name="Name">On what.</param>
/// <param name="Steps">T, shape [n].</param>
/// <param name="WithoutHint">alpha_t = 1, beta = 1/(lambda L), shape [n].</param>
/// <param name="WithHint">alpha_t = t, beta = 1/(4 lambda L), the last gradient as hint, shape [n].</param>
/// <param name="BoundWithoutHint">lambda L ||w*||^2 / (2 T), shape [n].</param>
/// <param name="BoundWithHint">4 lambda L ||w*||^2 / (T(T+1)), shape [n].</param>
public sealed record RateCurves(string Name, int[] Steps, double[] WithoutHint, double[] WithHint, double[] BoundWithoutHint, double[] BoundWithHint)
{
    /// <summary>Runs whose lambda had to be raised until its premise held.</summary>
    public int Repeats { get; init; }

    /// <summary>Whether every premise that can be checked held, and every gap kept within its bound, at every step.</summary>
    public bool BoundsHold { get; init; }

    /// <summary>The largest gap / bound at any step.</summary>
    public double WorstRatio { get; init; }
}

/// <summary>The rate envelope: the worst loss over f_h = h/2 (x - 1)^2 at each T, and its slopes in log-log.</summary>
/// <param name="Curves">The worst gaps over h.</param>
/// <param name="Curvatures">How many h in [1e-9, 1], on a log grid.</param>
/// <param name="SlopeWithoutHint">d log gap / d log T over T = 400 .. 4000.</param>
/// <param name="SlopeWithHint">The same with hints.</param>
public sealed record RateEnvelope(RateCurves Curves, int Curvatures, double SlopeWithoutHint, double SlopeWithHint);
