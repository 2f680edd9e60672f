using System.Globalization;
using System.Numerics;
using MetaMirror.Certificates;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>A bound of PAPERS 3.3 on f(xbar_T) - f(x*) beside what a run reached.</summary>
/// <param name="Gap">f(xbar_T) - f(x*).</param>
/// <param name="Bound">||w* - c||^2 / (2 beta A_T); it is a bound only if no premise failed.</param>
/// <param name="Rounding">How far rounding alone may carry the gap.</param>
/// <param name="Premises">The conditions.</param>
public sealed record ConvexRateVerdict(double Gap, double Bound, double Rounding, IReadOnlyList<Premise> Premises)
{
    /// <summary>Whether no premise failed; a run whose premise fails proves nothing and is no pass.</summary>
    public bool Applies => Premises.All(p => p.Status != PremiseStatus.Failed);

    /// <summary>Whether the bound applies and the gap keeps within it.</summary>
    public bool IsPass => Applies && Gap <= Bound + Rounding;

    /// <summary>Gap / bound.</summary>
    public double Ratio => Gap / Bound;
}

/// <summary>
/// The rates of PAPERS 3.3 with rigorous constants: f(xbar_T) - f(x*) &lt;= ||w* - c||^2 / (2 beta A_T). With alpha_t = 1, no hints, beta = 1/(lambda L) this is lambda L ||w*||^2 / (2 T);
/// with alpha_t = t, the last gradient as hint, beta = 1/(4 lambda L) it is 4 lambda L ||w*||^2 / (T(T+1)); with alpha_t = sqrt(A_{t-1}), the same hint, beta = 1/(lambda L) it is
/// lambda L ||w*||^2 / (2 A_T), about 2 lambda L ||w*||^2 / T^2. Decaying beta and other weights are covered where the conditions hold at every step.
/// </summary>
public static class ConvexRate
{
    /// <summary>beta A_t-type products come from rounded divisions.</summary>
    private const double Rounded = 1e-12;

    /// <summary>beta of the rate with these weights.</summary>
    /// <param name="weights">Uniform (no hints), Linear or SquareRoot (hints).</param>
    /// <param name="lambda">A bound of lambda_t for all t.</param>
    /// <param name="smoothness">L.</param>
    /// <exception cref="ArgumentException">The weights are others.</exception>
    public static double Beta(IterateWeights weights, double lambda, double smoothness)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Given.Positive(lambda, nameof(lambda));
        Given.Positive(smoothness, nameof(smoothness));
        if (weights == IterateWeights.Linear)
            return 1 / (4 * lambda * smoothness);
        return weights == IterateWeights.Uniform || weights == IterateWeights.SquareRoot
            ? 1 / (lambda * smoothness)
            : throw new ArgumentException($"Expected the weights 1, t or sqrt(A_(t-1)), found '{weights.Name}'.", nameof(weights));
    }

    /// <summary>Judges a run as far as it has come.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="run">At least one step of it, with x* and w*.</param>
    /// <param name="lambda">The bound of lambda_t that beta was chosen for.</param>
    /// <param name="smoothness">L: f is L-smooth; taken as given.</param>
    /// <exception cref="InvalidOperationException">The run has made no step, or does not know x* and w*.</exception>
    public static ConvexRateVerdict Judge<T>(ConvexMetaRun<T> run, double lambda, double smoothness)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(run);
        Given.Positive(lambda, nameof(lambda));
        Given.Positive(smoothness, nameof(smoothness));
        if (run.Identity is not { } identity || run.Steps == 0)
            throw new InvalidOperationException("Expected a run that knows x* and w* and has made a step.");
        double epsilon = Math.ScaleB(1, typeof(T) == typeof(float) ? -23 : -52);
        return new ConvexRateVerdict(
            identity.Gap, run.SquaredDistance() / (2 * run.Regret.LastRate * run.WeightSum), RoundingOf(run, identity, epsilon), [.. Premises(run, lambda, smoothness, epsilon)]);
    }

    /// <summary>Losses are sums over some hundreds of terms at most here.</summary>
    private static double RoundingOf<T>(ConvexMetaRun<T> run, OnlineToBatch identity, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T> => 64 * epsilon * (Math.Abs(run.Loss) + Math.Abs(identity.ComparatorLoss));

    private static IEnumerable<Premise> Premises<T>(ConvexMetaRun<T> run, double lambda, double smoothness, double epsilon)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ConvexMetaOptions<T> options = run.Options;
        double slack = Math.Sqrt(epsilon);
        yield return Premise.Test(options.Family.IsAffine, "varphi is affine in w", how: options.Family.Name);
        yield return Premise.Test(
            options.Learner.RegularizedBy(1) is not null && run.Regret.RateNeverIncreased, "follow the leader with a Euclidean regularizer whose beta_t never increases", how: options.Learner.Name);
        yield return options.Guess switch
        {
            NoGuess<T> => Premise.Checked("no hints"),
            LastGradientGuess<T> => Premise.Test(options.HintJacobian == HintJacobian.Newest, "hints D_t^T grad f(xbar_(t-1)) with the newest Jacobian"),
            _ => Premise.Failed("no hints, or the last gradient", how: $"nothing is proved for '{options.Guess.Name}'"),
        };
        yield return Premise.AtMost(run.FirstHint, 0, "the first hint is 0");
        yield return Premise.AtMost(run.LargestJacobian, lambda, "lambda_t <= lambda at every step", "else repeat with a larger lambda");
        yield return Premise.AtMost(
            run.StepFactor * lambda * smoothness, 1 + Rounded, "beta lambda L alpha_t^2 / A_(t-1) <= 1 at every step (without hints, and at the first: beta lambda L alpha_t <= 1)");
        yield return Premise.AtMost(run.UnreachedBy, slack, "<varphi(xbar_(t-1), w*), grad f(xbar_t)> <= <x*, grad f(xbar_t)> at every step", "relative to the sizes of its terms");
        yield return Premise.AtMost(
            run.OptimumGradient, slack * smoothness * (1 + Norm(run.Optimum!.Point)), "x* is an unconstrained minimizer", "the norm of the gradient there, against L (1 + ||x*||)");
        yield return Premise.Test(options.Learner.Domain.Contains(options.Learner.Center, run.Optimum.Meta), "w* is in W", how: options.Learner.Domain.Name);
        yield return Premise.Assumed(string.Create(CultureInfo.InvariantCulture, $"f is convex and {smoothness:G4}-smooth"));
    }

    private static double Norm<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Math.Sqrt(Vectors.SquaredNorm(x));
}
