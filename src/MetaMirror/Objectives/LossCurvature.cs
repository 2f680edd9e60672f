namespace MetaMirror.Objectives;

/// <summary>What is known about a loss as a function of theta, on every batch: certificates of convex problems rest on it.</summary>
/// <param name="IsConvex">Whether it is convex.</param>
/// <param name="StrongConvexity">m: the Hessian is at least m I; 0 where nothing is known.</param>
/// <param name="Smoothness">beta: the Hessian is at most beta I, on the whole set; infinite where nothing is known.</param>
public readonly record struct LossCurvature(bool IsConvex, double StrongConvexity = 0, double Smoothness = double.PositiveInfinity)
{
    /// <summary>Nothing is known: not convex as far as anyone can say.</summary>
    public static LossCurvature Unknown { get; } = new(IsConvex: false);

    /// <summary>Convex, with nothing more known.</summary>
    public static LossCurvature Convex { get; } = new(IsConvex: true);

    /// <summary>The curvature after adding 1/2 theta^T diag(h) theta, least &lt;= h_i &lt;= largest, least >= 0.</summary>
    public LossCurvature Plus(double least, double largest) => new(IsConvex, IsConvex ? StrongConvexity + least : 0, Smoothness + largest);
}
