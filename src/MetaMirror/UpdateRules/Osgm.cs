using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Osgm{T}"/>. Defaults are those of the authors' code.</summary>
public sealed record OsgmOptions
{
    /// <summary>Step of AdaGrad on the rates, positive: the rate of every parameter after the first step. Default: 0.1. The authors take 0.1 to 100 times 1 / L.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Step of AdaGrad on the momentum, at least 0. Default: 10. The authors try 1 to 100.</summary>
    public double MomentumRate { get; init; } = 10;

    /// <summary>Momentum at the start, in [0, 1]. Default: 0.95. With 0 and a momentum rate of 0 there is none.</summary>
    public double InitialMomentum { get; init; } = 0.95;
}

/// <summary>
/// Online scaled gradient method (OSGM-Best, Chu, Gao, Ye and Udell 2025, arXiv 2509.11007, and the authors' code): one rate p a parameter and one momentum b, both learned by AdaGrad along the slope of the
/// loss at a trial step z = theta - p o g + b (theta - theta_before). With m = theta - theta_before and g' = gradient at z: u = -g' o g / (|g|^2 + |m|^2 / learning_rate), G = G + u^2,
/// p = p - learning_rate u / (sqrt(G) + 1e-12); w = &lt;g', m&gt; / (|g|^2 + 1e-12), W = W + w^2, b = b - momentum_rate w / (sqrt(W) + 1e-12), in [-1, 1]. theta moves to z where the loss there is lower,
/// else it stays (a null step). The step's scale multiplies p.
/// </summary>
/// <remarks>
/// <para>Rates start at 0, so the first step is a null step; they may become negative. Trial step and step see the same batch: a step costs two gradients. Where the gradient is 0 nothing happens.</para>
/// <para>Differs from the authors' code: L, by which the squared move is weighed, is 1 / learning_rate, and is not estimated anew during the run; the gradient at z is not kept for the next step, which in training is on another batch.</para>
/// <para>Meta-parameters: learning_rate, momentum_rate, initial_momentum. State: p, G, theta_before, shape [3 x n], then b, W. No derivative: it learns while it runs.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Osgm<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, MomentumRate = 1, InitialMomentum = 2;
    private const int StateVectors = 3, Scalars = 2, ScratchVectors = 3, AdaGradMetas = 3;
    private const double Epsilon = 1e-12;

    private static readonly AdaGrad<T> AdaGrad = new(new AdaGradOptions { LearningRate = 1, Epsilon = Epsilon });

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
        return checked((StateVectors * layout.Length) + Scalars);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(ScratchVectors * layout.Length);
    }

    /// <summary>p, the rates, as they lie in a state; zeros before the first step.</summary>
    /// <param name="state">The rule's state.</param>
    public static ReadOnlySpan<T> Rates(ReadOnlySpan<T> state) => state[..((state.Length - Scalars) / StateVectors)];

    /// <summary>b, the momentum, as it lies in a state; 0 before the first step.</summary>
    /// <param name="state">The rule's state.</param>
    public static T Momentum(ReadOnlySpan<T> state) => state[^2];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Gradients come from outside.</exception>
    /// <exception cref="NonFiniteGuessException">The gradient at the trial step is not finite; nothing was changed.</exception>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        int n = x.Theta.Length;
        _metas.Require(context.Meta);
        context.Layout.RequireLength(n, nameof(x));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        if (x.State.Length != (StateVectors * n) + Scalars)
            throw new ArgumentException($"{Name} was given {x.State.Length} state entries, expected {(StateVectors * n) + Scalars}.", nameof(x));
        if (context.Scratch.Length < ScratchVectors * n)
            throw new ArgumentException($"{Name} was given {context.Scratch.Length} scratch entries, expected {ScratchVectors * n}.", nameof(context));
        if (context.Probe is null)
            throw new InvalidOperationException($"{Name} tries its steps, which needs gradients at points of its own; here gradients come from outside.");
        Span<T> p = x.State[..n], squares = x.State.Slice(n, n), before = x.State.Slice(2 * n, n);
        Span<T> move = context.Scratch[..n], trial = context.Scratch.Slice(n, n), ahead = context.Scratch.Slice(2 * n, n);
        if (context.Step == 0 || context.Age == 0)
            x.Theta.CopyTo(before);
        if (context.Age == 0)
            x.State[^2] = context.Meta[InitialMomentum];
        double square = Vectors.SquaredNorm<T>(x.Gradient);
        if (square == 0)
            return;
        Vectors.Subtract(x.Theta, before, move);
        Vectors.Multiply(p, x.Gradient, trial);
        Vectors.LinearCombination(T.One, x.Theta, -x.Scale[0], trial, trial);
        Vectors.AddScaled(x.State[^2], move, trial);
        double loss = context.Probe.Evaluate(trial, ahead);
        NonFiniteGuessException.ThrowIf<T>(Name, "The gradient at the trial step", context, ahead);
        Learn(context, x, square, p, squares, move, ahead);
        if (!(loss < context.Loss))
            return;
        x.Theta.CopyTo(before);
        trial.CopyTo(x.Theta);
    }

    /// <summary>Moves p and b; ahead is used up.</summary>
    private static void Learn(in StepContext<T> context, in Iterate<T> x, double square, Span<T> p, Span<T> squares, Span<T> move, Span<T> ahead)
    {
        double eta = double.CreateTruncating(context.Meta[Rate]), slope = Vectors.Dot<T>(ahead, move) / (square + Epsilon);
        double sum = double.CreateTruncating(x.State[^1]) + (slope * slope);
        double b = double.CreateTruncating(x.State[^2]) - (double.CreateTruncating(context.Meta[MomentumRate]) * slope / (Math.Sqrt(sum) + Epsilon));
        (x.State[^2], x.State[^1]) = (T.CreateTruncating(Math.Clamp(b, -1, 1)), T.CreateTruncating(sum));

        Vectors.Multiply(ahead, x.Gradient, ahead);
        Vectors.Scale(-x.Scale[0] / T.CreateTruncating(square + (Vectors.SquaredNorm<T>(move) / eta)), ahead);
        Span<T> meta = stackalloc T[AdaGradMetas], one = stackalloc T[1];
        meta.Clear();
        (meta[0], one[0]) = (context.Meta[Rate], T.One);
        AdaGrad.Step(context.For(meta, default), new Iterate<T>(p, ahead, one, squares));
    }
}
