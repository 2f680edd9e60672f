using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Osgm{T}"/>; those of the momentum start as in its authors' code.</summary>
public sealed record OsgmOptions
{
    /// <summary>1 / L for the first guess of L, positive: about the rate of every parameter whose gradient is not 0 after the first step. Default: 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>AdaGrad's step on the momentum in units of min(1, L), at least 0. Default: 1.</summary>
    public double MomentumRate { get; init; } = 1;

    /// <summary>Momentum at the start, in [0, 1]. Default: 0.95. With 0 and a momentum rate of 0 there is none.</summary>
    public double InitialMomentum { get; init; } = 0.95;
}

/// <summary>
/// Online scaled gradient method (OSGM-Best; Chu, Gao, Ye and Udell 2025, arXiv 2509.11007; Gao et al. 2024, arXiv 2411.01803) with one rate p a parameter and one momentum b, learned along the slopes of the
/// loss at a trial step. With g the gradient at theta, m = theta - theta_before, z = theta - p o g + b m, g' the gradient at z:
/// D = |g|^2 + 1e-12 while L is a guess, |g|^2 + L^2 |m|^2 / 4 once it is known; u = -g' o g / D, G = G + u^2, p = p - eta u / (sqrt(G) + 1e-12) in [0, 1e5 / L];
/// w = &lt;g', m&gt; / D, W = W + w^2, b = b - momentum_rate min(1, L) w / (sqrt(W) + 1e-12) in [0, 0.9995].
/// theta moves to z if the loss there is not higher, else it stays (a null step); theta_before = theta either way. The step's scale multiplies p.
/// </summary>
/// <remarks>
/// <para>While L is a guess, 1 / learning_rate, eta is 1 / L, times 0.8 after step 49 and every 50 from there, at least 1e-3 / L; accepted steps longer than 1e-3 show a curvature |g' - g| / |z - theta|. Once more steps were accepted than
/// a quarter of the run's (at least 20, at most 200; a null step takes back two), L is the mean of the curvatures, eta = 1 / L and G = 0.</para>
/// <para>From then on a trial that overshoots, |g'| &gt; 2 |g|, is followed by a look-ahead: a line search z - s p o g', s = 1, 0.8, 0.64, ... above 1e-6, for a loss lower than z's by s &lt;g', p o g'&gt; / 2. What it finds is
/// accepted or not in place of z; slopes stay those at z.</para>
/// <para>Rates start at 0: the first step stays, and learns. On full batches the loss never rises. Trial and step see the same batch: two gradients a step, and each trial of a line search, of the loss alone, counts as one more.</para>
/// <para>Differs from the paper: this is its authors' newest code (github.com/udellgroup/osgm-best-hypergrad, algorithms/osgm.py of the branch new-osgm-exp at revision 9a2b664 of 28 June 2025, diagonal), where AdaGrad is the online learner, omega is 0 in the
/// potential f + omega |m|^2 / 2, L is learned, and the look-ahead is a line search after overshooting. The paper's pseudo-code was not compared line by line. On their main branch
/// OSGM-Best is algorithms/hdm.py, which has no look-ahead, takes strictly lower losses alone, does not clip p, and has other constants of decay and momentum.</para>
/// <para>Differs from the authors' code: the first L is given, not measured at random points nearby; the gradient at z is not kept for the next step, which in training is on another batch; where the gradient is 0 nothing happens, where theirs
/// ends; a mean of no curvatures (theirs is NaN), or one whose inverse is no number, is waited for; slopes and sums that would overflow stop at the largest number; momentum_rate.</para>
/// <para>Meta-parameters: learning_rate, momentum_rate, initial_momentum. State: p, G, theta_before, shape [3 x n], then b, W, eta, sum and number of curvatures, accepted steps, L (0 until known). A run that carries the state of the one
/// before begins without a last move. No derivative: it learns while it runs.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Osgm<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, MomentumRate = 1, InitialMomentum = 2;
    private const int ScratchVectors = 3;

    // The authors' numbers.
    private const double Epsilon = 1e-12, LargestMomentum = 0.9995, RateRange = 1e5;
    private const double ShortestMove = 1e-3, Decay = 0.8, LeastShare = 1e-3;
    private const int DecayEvery = 50, NullCost = 2, FewestAccepted = 20, MostAccepted = 200;
    private const double Overshoot = 2, SearchDecay = 0.8, ShortestSearch = 1e-6;

    /// <summary>The largest number, and the largest whose square is one.</summary>
    private static readonly T Most = T.BitDecrement(T.PositiveInfinity), Widest = T.BitDecrement(T.Sqrt(Most));

    private readonly RuleMetas<T> _metas;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Osgm(OsgmOptions? options = null)
    {
        Options = options ?? new OsgmOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).NotNegative("momentum_rate", Options.MomentumRate)
            .ClosedFraction("initial_momentum", Options.InitialMomentum).Checked();
    }

    /// <summary>The options.</summary>
    public OsgmOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "osgm";

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    protected override string Reason => "it learns its rates while it runs";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return OsgmState<T>.LengthOf(layout.Length);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(ScratchVectors * layout.Length);
    }

    /// <summary>p, the rates, as they lie in a state; zeros before the first step.</summary>
    /// <param name="state">The rule's whole state.</param>
    public static ReadOnlySpan<T> Rates(ReadOnlySpan<T> state) => state[..OsgmState<T>.Length(state.Length)];

    /// <summary>b, the momentum, as it lies in a state; 0 before the first step.</summary>
    /// <param name="state">The rule's state.</param>
    public static T Momentum(ReadOnlySpan<T> state) => OsgmState<T>.MomentumOf(state);

    /// <summary>L, as the run has shown it; 0 while it is a guess.</summary>
    /// <param name="state">The rule's state.</param>
    public static T Smoothness(ReadOnlySpan<T> state) => OsgmState<T>.SmoothnessOf(state);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Gradients come from outside.</exception>
    /// <exception cref="NonFiniteGuessException">The gradient at the trial step is not finite; nothing was changed.</exception>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        int n = x.Theta.Length;
        _metas.Require(context.Meta);
        context.Layout.RequireLength(n, nameof(x));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        RequireLength("state entries", x.State.Length, OsgmState<T>.LengthOf(n));
        RequireLength("scratch entries", Math.Min(context.Scratch.Length, ScratchVectors * n), ScratchVectors * n);
        if (context.Probe is null)
            throw new InvalidOperationException($"{Name} tries its steps, which needs gradients at points of its own; here gradients come from outside.");
        var s = new OsgmState<T>(x.State);
        Span<T> move = context.Scratch[..n], z = context.Scratch.Slice(n, n), ahead = context.Scratch.Slice(2 * n, n);
        bool isNew = context.Age == 0, begins = isNew || context.Step == 0;
        double square = Vectors.SquaredNorm<T>(x.Gradient), there = 0;
        if (square > 0)
        {
            if (begins)
                move.Clear();
            else
                Vectors.Subtract(x.Theta, s.Before, move);
            Vectors.Multiply(s.Rates, x.Gradient, z);
            Vectors.LinearCombination(T.One, x.Theta, -x.Scale[0], z, z);
            Vectors.AddScaled(isNew ? context.Meta[InitialMomentum] : s.Momentum, move, z);
            there = context.Probe.Evaluate(z, ahead);
            NonFiniteGuessException.ThrowIf<T>(Name, "The gradient at the trial step", context, ahead);
        }

        if (begins)
            x.Theta.CopyTo(s.Before);
        if (isNew)
            (s.Momentum, s.Step) = (context.Meta[InitialMomentum], context.Meta[Rate]);
        if (square > 0)
            Take(context, x, s, square, there, move, z, ahead);
    }

    /// <summary>The step once the trial is known.</summary>
    private static void Take(in StepContext<T> context, in Iterate<T> x, OsgmState<T> s, double square, double there, Span<T> move, Span<T> z, Span<T> ahead)
    {
        bool isKnown = s.Smoothness > T.Zero;
        double l = isKnown ? ToDouble(s.Smoothness) : 1 / ToDouble(context.Meta[Rate]), along = Vectors.Dot<T>(ahead, move);
        double half = l * Math.Sqrt(Vectors.SquaredNorm<T>(move)) / 2, weight = square + (isKnown ? half * half : Epsilon);
        if (isKnown && Math.Sqrt(Vectors.SquaredNorm<T>(ahead)) > Overshoot * Math.Sqrt(square))
            there = LookAhead(context, x.Scale[0], s.Rates, z, ahead, there, work: move);
        bool isAccepted = there <= context.Loss;
        if (!isKnown && isAccepted)
            Measure(x, s, z, ahead, work: move);
        LearnMomentum(s, along / weight, ToDouble(context.Meta[MomentumRate]) * Math.Min(1, l));
        LearnRates(x, s, weight, RateRange / l, ahead, work: move);
        x.Theta.CopyTo(s.Before);
        if (isAccepted)
            z.CopyTo(x.Theta);
        if (!isKnown)
            Count(context, s, isAccepted);
    }

    /// <summary>Armijo's line search from z along -p o g', which z and the loss follow if one is found.</summary>
    private static double LookAhead(in StepContext<T> context, T scale, ReadOnlySpan<T> rates, Span<T> z, ReadOnlySpan<T> ahead, double there, Span<T> work)
    {
        Vectors.Multiply(rates, ahead, work);
        double slope = ToDouble(scale) * Vectors.Dot<T>(work, ahead);
        if (slope == 0)
            return there;
        for (double length = 1; length > ShortestSearch; length *= SearchDecay)
        {
            Vectors.Multiply(rates, ahead, work);
            Vectors.LinearCombination(T.One, z, T.CreateTruncating(-length) * scale, work, work);
            double loss = context.Probe!.Evaluate(work, []);
            if (!(loss <= there - (length * slope / 2)))
                continue;
            work.CopyTo(z);
            return loss;
        }

        return there;
    }

    /// <summary>The curvature that an accepted step shows.</summary>
    private static void Measure(in Iterate<T> x, OsgmState<T> s, ReadOnlySpan<T> z, ReadOnlySpan<T> ahead, Span<T> work)
    {
        Vectors.Subtract(z, x.Theta, work);
        double length = Math.Sqrt(Vectors.SquaredNorm<T>(work));
        if (!(length > ShortestMove))
            return;
        Vectors.Subtract(ahead, x.Gradient, work);
        s.Add(Math.Sqrt(Vectors.SquaredNorm<T>(work)) / length);
    }

    private static void LearnMomentum(OsgmState<T> s, double slope, double rate)
    {
        // Beyond all numbers both parts overflowed: the slope says nothing.
        double w = double.IsNaN(slope) ? 0 : Math.Clamp(slope, -ToDouble(Widest), ToDouble(Widest)), sum = Math.Min(s.SlopeSquares + (w * w), ToDouble(Most));
        double b = ToDouble(s.Momentum) - (rate * (w / (Math.Sqrt(sum) + Epsilon)));
        (s.Momentum, s.SlopeSquares) = (T.CreateTruncating(Math.Clamp(b, 0, LargestMomentum)), sum);
    }

    /// <summary>Moves p; ahead is used up.</summary>
    private static void LearnRates(in Iterate<T> x, OsgmState<T> s, double weight, double highest, Span<T> ahead, Span<T> work)
    {
        // One root of the weight for each gradient: products of small gradients would underflow.
        T factor = T.Min(T.CreateTruncating(1 / Math.Sqrt(weight)), Most);
        TensorPrimitives.Multiply(x.Gradient, factor, work);
        Vectors.Multiply(ahead, work, ahead);
        Vectors.Scale(factor * x.Scale[0], ahead);
        var map = new OsgmMap<T>
        {
            Rate = Vector256.Create(s.Step),
            Epsilon = Vector256.Create(T.CreateTruncating(Epsilon)),
            Highest = Vector256.Create(T.Min(T.CreateTruncating(highest), Most)),
            Most = Vector256.Create(Most),
            Widest = Vector256.Create(Widest),
        };
        CoordinateLoop.Step(ref map, 1, new Iterate<T>(s.Rates, ahead, x.Scale, s.Squares));
    }

    /// <summary>Counts a step of the time in which L is a guess, which it may end.</summary>
    private static void Count(in StepContext<T> context, OsgmState<T> s, bool isAccepted)
    {
        s.Accepted = isAccepted ? s.Accepted + 1 : Math.Max(s.Accepted - NullCost, 0);
        T l = T.CreateTruncating(s.Curvature), inverse = T.One / l;
        if (s.Accepted > Math.Max(Math.Min(context.Steps / 4.0, MostAccepted), FewestAccepted) && l > T.Zero && T.IsFinite(inverse) && inverse > T.Zero)
        {
            (s.Smoothness, s.Step) = (l, inverse);
            s.Squares.Clear();
        }
        else if ((context.Age + 1) % DecayEvery == DecayEvery - 1)
        {
            s.Step = T.CreateTruncating(Math.Max(Decay * ToDouble(s.Step), LeastShare * ToDouble(context.Meta[Rate])));
        }
    }
}
