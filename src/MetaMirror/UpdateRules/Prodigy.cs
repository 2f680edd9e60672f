using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Prodigy{T}"/>; defaults are its authors'.</summary>
public sealed record ProdigyOptions
{
    /// <summary>gamma, positive: factor on the learning rate that is found. The authors leave it at 1. Default: 1.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>beta1 in [0, 1). Default: 0.9.</summary>
    public double Beta1 { get; init; } = .9;

    /// <summary>beta2 in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init; } = .999;

    /// <summary>beta3 in [0, 1), of the sums behind d. Default: null, the root of beta2.</summary>
    public double? Beta3 { get; init; }

    /// <summary>eps, positive, times d added to the root. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay lambda, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>True: Adam's bias corrections. Default: false.</summary>
    public bool UseBiasCorrection { get; init; }

    /// <summary>True: the sum s is not scaled by the learning rate, so that a warm-up does not make d too large. Default: false.</summary>
    public bool SafeguardWarmup { get; init; }

    /// <summary>d_0, positive: the first estimate of the distance to a solution. Default: 1e-6.</summary>
    public double InitialDistance { get; init; } = 1e-6;

    /// <summary>Positive: factor on estimates of d; the authors' way to tune. Default: 1.</summary>
    public double DistanceFactor { get; init; } = 1;

    /// <summary>At least 1: d grows at most by this factor a step. Default: infinity.</summary>
    public double GrowthRate { get; init; } = double.PositiveInfinity;
}

/// <summary>
/// Prodigy (Mishchenko and Defazio 2023, arXiv:2306.06101, Algorithm 4, and the authors' code): Adam whose learning rate follows an estimate d of the distance from the start theta_0 to a
/// solution. eta = gamma d (times sqrt(1 - beta2^t) / (1 - beta1^t) with bias correction); r = beta3 r + (d / d_0) eta &lt;g, theta_0 - theta&gt;; m = beta1 m + (1 - beta1) d g;
/// v = beta2 v + (1 - beta2) d^2 g^2; s = beta3 s + (d / d_0) eta g; d^ = c r / ||s||_1; d_max = max(d_max, d^); d' = min(d_max, d growth), the first time above d_0 max(d, d^);
/// theta = (1 - eta lambda) theta - eta m / (sqrt(v) + d' eps); gamma = learning_rate times the scale.
/// </summary>
/// <remarks>
/// <para>Differs from the paper's Algorithm 4, as the authors' code does: s and r are divided by d_0 and weighed by eta; the step takes the d of before, eps that of after.</para>
/// <para>A step at a scale of 0 changes nothing but theta_0 at a run's start, as in the authors' code. Where all gradients of a run were 0 so far, theta stays too, decay included: like theirs it returns before its step where s is 0.</para>
/// <para>Differs from the authors' code: all coordinates enter s (slice_p = 1); bias corrections count steps at a scale of 0 too. A run that carries the state of the one before keeps d, m and v; theta_0, r and s begin anew.</para>
/// <para>In single precision theta_0 - theta has the rounding of theta: estimates of d near d_0 are as coarse as that is beside d_0.</para>
/// <para>Meta-parameters: learning_rate, beta1, beta2, beta3, weight_decay, distance_factor. State: m, v, s, theta_0, shape [4 x n], then r, d, d_max.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Prodigy<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Third = 3, Decay = 4, Factor = 5;
    private const int StateVectors = 4, Scalars = 3;

    /// <summary>Numbers that are dealt with together, so that they stay in the first cache.</summary>
    private const int Chunk = 1024;
    private readonly RuleMetas<T> _metas;

    /// <summary>d_0 as T holds it.</summary>
    private readonly double _initial;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Prodigy(ProdigyOptions? options = null)
    {
        Options = options ?? new ProdigyOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("beta1", Options.Beta1).Fraction("beta2", Options.Beta2)
            .Fraction("beta3", Options.Beta3 ?? Math.Sqrt(Options.Beta2)).NotNegative("weight_decay", Options.WeightDecay).Positive("distance_factor", Options.DistanceFactor).Checked();
        _ = _metas.Epsilon(Options.Epsilon);
        _initial = double.CreateTruncating(T.CreateTruncating(Options.InitialDistance));
        if (!(_initial > 0 && double.IsFinite(_initial)))
            throw new ArgumentOutOfRangeException(nameof(options), Options.InitialDistance, $"The initial distance of {Name} must be positive in {typeof(T).Name}, and finite.");
        if (!(Options.GrowthRate >= 1))
            throw new ArgumentOutOfRangeException(nameof(options), Options.GrowthRate, $"The growth rate of {Name} must be at least 1.");
    }

    /// <summary>The options.</summary>
    public ProdigyOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "prodigy";

    /// <inheritdoc/>
    protected override string Reason => "it learns its rate while it runs";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked((StateVectors * layout.Length) + Scalars);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => Chunk;

    /// <summary>d, the estimate of the distance to a solution, as it lies in a state; 0 before the first step.</summary>
    /// <param name="state">The rule's state.</param>
    public static double Distance(ReadOnlySpan<T> state) => double.CreateTruncating(state[^2]);

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        int n = x.Theta.Length;
        _metas.Require(context.Meta);
        context.Layout.RequireLength(n, nameof(x));
        context.Layout.RequireLength(x.Gradient.Length, nameof(x));
        if (x.State.Length != (StateVectors * n) + Scalars)
            throw new ArgumentException($"{Name} was given {x.State.Length} state entries, expected {(StateVectors * n) + Scalars}.", nameof(x));
        if (context.Scratch.Length < Chunk)
            throw new ArgumentException($"{Name} was given {context.Scratch.Length} scratch entries, expected {Chunk}.", nameof(context));
        if (context.Step == 0 || context.Age == 0)
            Begin(x, n, context.Age == 0);
        if (x.Scale[0] == T.Zero)
            return;
        double d = Distance(x.State), eta = d * ToDouble(context.Meta[Rate]) * ToDouble(x.Scale[0]) * BiasCorrection(context);
        double most = ToDouble(x.State[^1]);
        (double along, double norm) = Take(context, x, n, d, eta);
        if (norm == 0)
            return;
        double numerator = (ToDouble(context.Meta[Third]) * ToDouble(x.State[^3])) + along, estimate = ToDouble(context.Meta[Factor]) * numerator / norm;
        double next = d == _initial ? Math.Max(d, estimate) : d;
        most = Math.Max(most, estimate);
        next = Math.Min(most, next * Options.GrowthRate);
        (x.State[^3], x.State[^2], x.State[^1]) = (T.CreateTruncating(numerator), T.CreateTruncating(next), T.CreateTruncating(most));
        var map = new ProdigyMap<T>
        {
            Keep = Vector256.Create(T.CreateTruncating(1 - (eta * ToDouble(context.Meta[Decay])))),
            Eta = Vector256.Create(T.CreateTruncating(eta)),
            Epsilon = Vector256.Create(T.Max(T.CreateTruncating(next * Options.Epsilon), T.Epsilon)),
        };
        CoordinateLoop.Step(ref map, 2, x.WithState(0, 2 * n));
    }

    private void Begin(in Iterate<T> x, int n, bool isNew)
    {
        x.Theta.CopyTo(x.State.Slice(3 * n, n));
        x.State.Slice(2 * n, n).Clear();
        x.State[^3] = T.Zero;
        if (isNew)
            x.State[^2] = x.State[^1] = T.CreateTruncating(_initial);
    }

    private double BiasCorrection(in StepContext<T> context) => !Options.UseBiasCorrection
        ? 1
        : Math.Sqrt(1 - Math.Pow(ToDouble(context.Meta[Second]), context.Age + 1)) / (1 - Math.Pow(ToDouble(context.Meta[First]), context.Age + 1));

    /// <summary>Takes the gradient into m, v and s; gives what it adds to r, and ||s||_1.</summary>
    private (double Along, double Norm) Take(in StepContext<T> context, in Iterate<T> x, int n, double d, double eta)
    {
        double weight = d / _initial * (Options.SafeguardWarmup ? d : eta), b1 = ToDouble(context.Meta[First]), b2 = ToDouble(context.Meta[Second]);
        T toFirst = T.CreateTruncating(d * (1 - b1)), toSecond = T.CreateTruncating(d * d * (1 - b2)), toSum = T.CreateTruncating(weight);
        double along = 0, norm = 0;
        for (int i = 0; i < n; i += Chunk)
        {
            int count = Math.Min(Chunk, n - i);
            ReadOnlySpan<T> g = x.Gradient.Slice(i, count);
            Span<T> m = x.State.Slice(i, count), v = x.State.Slice(n + i, count), s = x.State.Slice((2 * n) + i, count), work = context.Scratch[..count];
            Vectors.Subtract(x.State.Slice((3 * n) + i, count), x.Theta.Slice(i, count), work);
            along += Vectors.Dot<T>(g, work);
            Vectors.LinearCombination(context.Meta[First], m, toFirst, g, m);
            Vectors.Multiply(g, g, work);
            Vectors.LinearCombination(context.Meta[Second], v, toSecond, work, v);
            Vectors.LinearCombination(context.Meta[Third], s, toSum, g, s);
            TensorPrimitives.Abs(s, work);
            norm += Vectors.Sum<T>(work);
        }

        return (d / _initial * eta * along, norm);
    }
}
