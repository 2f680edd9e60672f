using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// Meta-learning in the convex setting (Optimistic Meta-Gradients, Algorithms 2 and 4; PAPERS 3.2): x_t = varphi(xbar_{t-1}, w_t); xbar_t = xbar_{t-1} + (alpha_t / A_t)(x_t - xbar_{t-1});
/// g_t = D_t^T grad f(xbar_t); the meta-learner gives w_{t+1} from all g_s and the hint g~_{t+1}. The run keeps the accounts that the bounds of PAPERS 3.3 need.
/// </summary>
/// <remarks>A step allocates nothing unless the objective does. One thread. Full batches.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ConvexMetaRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Objective<T> _objective;
    private readonly ConvexMetaOptions<T> _options;
    private readonly T[] _average, _averageBefore, _point, _gradient, _features, _featuresBefore, _w, _metaGradient, _hint, _nextHint, _guess, _nextGuess, _guessState, _work;

    /// <summary>Takes a problem and a start.</summary>
    /// <param name="objective">f, convex; evaluated on the full batch.</param>
    /// <param name="options">Family, meta-learner, weights, guess. The learner and the family belong to this run from now on.</param>
    /// <param name="start">xbar_0, shape [n].</param>
    /// <param name="optimum">x* and w*, if they are known; null: no identity, no bounds.</param>
    /// <exception cref="ArgumentException">Lengths disagree, the start is not finite, or a family that needs positive w has a W that does not keep them so.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public ConvexMetaRun(Objective<T> objective, ConvexMetaOptions<T> options, ReadOnlySpan<T> start, Optimum<T>? optimum = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(options);
        Given.SupportedElement<T>();
        int n = objective.Layout.Length, m = options.Family.MetaLength(n);
        objective.Layout.RequireLength(start.Length, nameof(start));
        int bad = Vectors.IndexOfNonFinite(start);
        if (bad >= 0)
            throw new ArgumentException($"Expected finite numbers, found {start[bad]} at index {bad}.", nameof(start));
        if (options.Family.NeedsPositive && options.Learner.Domain is not AtLeast<T> { Least: > 0 })
            throw new ArgumentException($"Family '{options.Family.Name}' needs positive w: expected W at least a positive number, found '{options.Learner.Domain.Name}'.", nameof(options));
        if (options.Learner is BootstrappedLearner<T> && !options.Guess.OfGradient)
            throw new ArgumentException($"Bootstrapped targets need a guess of gradients, found '{options.Guess.Name}'.", nameof(options));
        (_objective, _options, Optimum) = (objective, options, optimum);
        (_average, _averageBefore, _point, _gradient, _work) = (start.ToArray(), new T[n], new T[n], new T[n], new T[n]);
        int f = options.Family.FeatureLength(n), y = options.Guess.OfGradient ? n : m;
        (_features, _featuresBefore) = (new T[f], new T[f]);
        (_w, _metaGradient, _hint, _nextHint) = (new T[m], new T[m], new T[m], new T[m]);
        (_guess, _nextGuess, _guessState) = (new T[y], new T[y], new T[options.Guess.StateLength(n)]);
        Regret = new MetaRegret(m);
        if (optimum is not null)
            Measure(optimum, n, m);
        Loss = Evaluate(_average, _gradient);
        options.Family.Prepare(_average, _gradient, _features);
        NextWeight = options.Weights.At(1, 0);
        if (options.Guess.GuessesFirst)
            MakeHint();
        options.Learner.Begin(NextWeight, _nextHint, _w);
    }

    /// <summary>Family, meta-learner, weights, guess.</summary>
    public ConvexMetaOptions<T> Options => _options;

    /// <summary>x* and w*, or null.</summary>
    public Optimum<T>? Optimum { get; }

    /// <summary>t, the number of steps made.</summary>
    public int Steps { get; private set; }

    /// <summary>xbar_t.</summary>
    public ReadOnlySpan<T> Average => _average;

    /// <summary>x_t.</summary>
    public ReadOnlySpan<T> Point => _point;

    /// <summary>grad f(xbar_t).</summary>
    public ReadOnlySpan<T> Gradient => _gradient;

    /// <summary>g_t.</summary>
    public ReadOnlySpan<T> MetaGradient => _metaGradient;

    /// <summary>w_{t+1}, which the next step will use.</summary>
    public ReadOnlySpan<T> Meta => _w;

    /// <summary>g~_{t+1}.</summary>
    public ReadOnlySpan<T> NextHint => _nextHint;

    /// <summary>y~_{t+1}, or g~_{t+1} where the guess is of meta-gradients.</summary>
    public ReadOnlySpan<T> NextGuess => _nextGuess;

    /// <summary>Features of xbar_t, which give D_{t+1}.</summary>
    public ReadOnlySpan<T> NextFeatures => _features;

    /// <summary>f(xbar_t).</summary>
    public double Loss { get; private set; }

    /// <summary>A_t.</summary>
    public double WeightSum { get; private set; }

    /// <summary>alpha_{t+1}.</summary>
    public double NextWeight { get; private set; }

    /// <summary>Gradients computed, with the one at xbar_0.</summary>
    public long Gradients { get; private set; }

    /// <summary>The paper's lambda_t = ||D_t^T grad f(xbar_t)||^2 / ||grad f(xbar_t)||^2, the largest so far.</summary>
    public double LargestRatio { get; private set; }

    /// <summary>lambda_t = ||D_t D_t^T||, the largest so far: what the proofs need a bound of.</summary>
    public double LargestJacobian { get; private set; }

    /// <summary>The largest beta_t alpha_t (no hint, and always at t = 1) or beta_t alpha_t^2 / A_{t-1} (hints) so far: at most 1/(lambda L) where the rates hold (PAPERS 3.3).</summary>
    public double StepFactor { get; private set; }

    /// <summary>The largest ||g~_1||: 0 where the rates hold.</summary>
    public double FirstHint { get; private set; }

    /// <summary>||grad f(x*)||; NaN without x*.</summary>
    public double OptimumGradient { get; private set; } = double.NaN;

    /// <summary>The largest &lt;varphi(xbar_{t-1}, w*) - x*, grad f(xbar_t)&gt; so far, relative to the sizes of its terms: at most rounding where the rates hold.</summary>
    public double UnreachedBy { get; private set; } = double.NegativeInfinity;

    /// <summary>The meta-learner's accounts.</summary>
    public MetaRegret Regret { get; }

    /// <summary>The identity's accounts against x*; null without x*.</summary>
    public OnlineToBatch? Identity { get; private set; }

    /// <summary>Makes steps.</summary>
    /// <param name="steps">How many more.</param>
    public void Run(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        for (int t = 0; t < steps; t++)
            Step();
    }

    /// <summary>Makes one step.</summary>
    public void Step()
    {
        (UpdateFamily<T> family, Guess<T> guess) = (_options.Family, _options.Guess);
        Steps++;
        double alpha = NextWeight, before = WeightSum, lossBefore = Loss;
        _nextHint.CopyTo(_hint, 0);
        _nextGuess.CopyTo(_guess, 0);
        family.Apply(_average, _features, _w, _point);
        _average.CopyTo(_averageBefore, 0);
        _features.CopyTo(_featuresBefore, 0);
        WeightSum += alpha;
        T rho = T.CreateChecked(alpha / WeightSum);
        Vectors.LinearCombination<T>(T.One - rho, _averageBefore, rho, _point, _average);
        Loss = Evaluate(_average, _gradient);
        family.PullBack(_featuresBefore, _w, _gradient, _metaGradient);
        Account(alpha, before, lossBefore);
        family.Prepare(_average, _gradient, _features);
        NextWeight = _options.Weights.At(Steps + 1, WeightSum);
        if (guess is not NoGuess<T>)
            MakeHint();
        var seen = new ConvexStep<T>
        {
            Step = Steps, Weight = alpha, NextWeight = NextWeight, MetaGradient = _metaGradient, NextHint = _nextHint, Point = _point, Gradient = _gradient,
            Guess = _guess, NextGuess = _nextGuess, Family = family, Features = _featuresBefore,
        };
        _options.Learner.Advance(seen, _w);
    }

    /// <summary>||w* - c||^2; NaN without w*.</summary>
    public double SquaredDistance()
    {
        if (Optimum is null)
            return double.NaN;
        double sum = 0;
        for (int i = 0; i < _w.Length; i++)
        {
            double d = double.CreateChecked(Optimum.Meta[i] - _options.Learner.Center[i]);
            sum += d * d;
        }

        return sum;
    }

    internal void LookAhead(Span<T> gradient)
    {
        T rho = T.CreateChecked(NextWeight / (WeightSum + NextWeight));
        _options.Family.Apply(_average, _features, _w, _work);
        Vectors.LinearCombination<T>(T.One - rho, _average, rho, _work, _work);
        Evaluate(_work, gradient);
    }

    private double Evaluate(ReadOnlySpan<T> x, Span<T> gradient)
    {
        Gradients++;
        return _objective.Evaluate(x, [], BatchKey.Full, gradient);
    }

    private void Measure(Optimum<T> optimum, int n, int m)
    {
        if (optimum.Point.Length != n || optimum.Meta.Length != m)
            throw new ArgumentException($"Expected x* of length {n} and w* of length {m}, found {optimum.Point.Length} and {optimum.Meta.Length}.", nameof(optimum));
        double least = _objective.Evaluate(optimum.Point, [], BatchKey.Full, _work);
        OptimumGradient = Math.Sqrt(Vectors.SquaredNorm<T>(_work));
        Identity = new OnlineToBatch(least);
    }

    private void MakeHint()
    {
        _options.Guess.Next(new GuessContext<T>(this, Steps + 1), _guessState, _nextGuess);
        if (!_options.Guess.OfGradient)
            _nextGuess.CopyTo(_nextHint, 0);
        else if (_options.HintJacobian == HintJacobian.Newest || Steps == 0)
            _options.Family.PullBack(_features, _w, _nextGuess, _nextHint);
        else
            _options.Family.PullBack(_featuresBefore, _w, _nextGuess, _nextHint);
    }

    private void Account(double alpha, double before, double lossBefore)
    {
        bool hints = _options.Guess is not NoGuess<T> && Steps > 1;
        double? beta = _options.Learner.RegularizedBy(Steps);
        Regret.Add<T>(alpha, beta, _metaGradient, _hint, _w);
        StepFactor = Math.Max(StepFactor, (beta ?? double.NaN) * (hints ? alpha * alpha / before : alpha));
        if (Steps == 1)
            FirstHint = Math.Sqrt(Vectors.SquaredNorm<T>(_hint));
        double squared = Vectors.SquaredNorm<T>(_gradient);
        if (squared > 0)
            LargestRatio = Math.Max(LargestRatio, Vectors.SquaredNorm<T>(_metaGradient) / squared);
        LargestJacobian = Math.Max(LargestJacobian, _options.Family.JacobianNormSquared(_featuresBefore, _w));
        if (Optimum is null)
            return;
        Identity!.Add<T>(alpha, lossBefore, Loss, _gradient, _averageBefore, _average, _point, Optimum.Point);
        _options.Family.Apply(_averageBefore, _featuresBefore, Optimum.Meta, _work);
        double excess = 0, size = double.Epsilon;
        for (int i = 0; i < _work.Length; i++)
        {
            double g = double.CreateChecked(_gradient[i]), reached = double.CreateChecked(_work[i]), wished = double.CreateChecked(Optimum.Point[i]);
            excess += g * (reached - wished);
            size += Math.Abs(g) * (Math.Abs(reached) + Math.Abs(wished) + Math.Abs(double.CreateChecked(_averageBefore[i])));
        }

        UnreachedBy = Math.Max(UnreachedBy, excess / size);
    }
}
