namespace MetaMirror.MetaLearners;

/// <summary>A metric Q = P / eta that minimizes the un-relaxed bound for the runs of some statistics.</summary>
/// <param name="Metric">Q: one value, one per tensor, one per parameter, or a matrix, row-major.</param>
/// <param name="Bound">U(Q) = 1/2 tr(QA) + 1/2 tr(Q^-1 G) on the data without floors: at least the mean summed regret of convex runs. Per step: divide by mean sum of s_t.</param>
public readonly record struct ClosedFormMetric(double[] Metric, double Bound);
