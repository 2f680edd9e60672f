using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="ScheduleFreeAdamW{T}"/>; defaults are its authors'.</summary>
public sealed record ScheduleFreeOptions
{
    /// <summary>Learning rate gamma, positive. The authors advise one to ten times that of AdamW with a schedule. Default: 0.0025.</summary>
    public double LearningRate { get; init; } = 2.5e-3;

    /// <summary>beta1 in [0, 1): how far gradients are taken towards the average. Default: 0.9.</summary>
    public double Beta1 { get; init; } = .9;

    /// <summary>beta2 in [0, 1). Default: 0.999.</summary>
    public double Beta2 { get; init; } = .999;

    /// <summary>eps, positive, added to the root. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weight decay lambda at y, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Share of the planned steps over which the rate rises linearly, in [0, 1]. Default: 0.05, as in most of the paper's experiments.</summary>
    public double WarmupShare { get; init; } = .05;

    /// <summary>Power of the largest rate so far in the weights of the average, at least 0. Default: 2.</summary>
    public double RatePower { get; init; } = 2;

    /// <summary>r, power of the step in the weights of the average, at least 0. Default: 0.</summary>
    public double StepPower { get; init; }
}

/// <summary>
/// Schedule-free AdamW (Defazio et al. 2024, "The Road Less Scheduled", arXiv:2405.15682, Algorithm 1): gradients g at y = (1 - beta1) z + beta1 x; v = beta2 v + (1 - beta2) g^2;
/// gamma_t = gamma sqrt(1 - beta2^t) min(1, t / warm-up); z -= gamma_t g / (sqrt(v) + eps) + gamma_t lambda y; x = (1 - c) x + c z, c = w_t / (w_1 + ... + w_t),
/// w_t = t^r max(gamma_1, ..., gamma_t)^2; gamma = learning_rate times the scale.
/// </summary>
/// <remarks>
/// <para>theta is x, the average: what is evaluated, tested and deployed. Gradients are asked for at y (<see cref="GradientPoint"/>), which training loops heed. So no rule that reads or moves theta may stand beside it in a chain,
/// and batch statistics of a network are those at y.</para>
/// <para>Differs from the paper: weights take the largest rate so far instead of the present one (the same while rates rise), as the authors' code does. Their later code corrects v's bias in
/// the denominator instead of in gamma_t; this is the published algorithm. A schedule in front is possible, and is then part of gamma_t.</para>
/// <para>sqrt(1 - beta2^t) is part of gamma_t, so the weights (max gamma)^2 grow over the first 1 / (1 - beta2) steps or so, 1,000 at the default, beyond the warm-up: as in the authors' file of the paper
/// (adamw_schedulefree_paper.py). In their later files weights do not see that correction and are equal after the warm-up, so averages of short runs differ from theirs.</para>
/// <para>Meta-parameters: learning_rate, beta1, beta2, weight_decay. State: z, v, shape [2 x n], then the sum of weights and the largest rate. A run that carries the state of the one before keeps v.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ScheduleFreeAdamW<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Decay = 3, Scalars = 2;
    private readonly RuleMetas<T> _metas;
    private readonly T _epsilon;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public ScheduleFreeAdamW(ScheduleFreeOptions? options = null)
    {
        Options = options ?? new ScheduleFreeOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("beta1", Options.Beta1).Fraction("beta2", Options.Beta2)
            .NotNegative("weight_decay", Options.WeightDecay).Checked();
        _epsilon = _metas.Epsilon(Options.Epsilon);
        Require(Options.WarmupShare is >= 0 and <= 1, Options.WarmupShare, nameof(Options.WarmupShare), "between 0 and 1");
        Require(Options.RatePower >= 0 && double.IsFinite(Options.RatePower), Options.RatePower, nameof(Options.RatePower), "at least 0 and finite");
        Require(Options.StepPower >= 0 && double.IsFinite(Options.StepPower), Options.StepPower, nameof(Options.StepPower), "at least 0 and finite");
    }

    /// <summary>The options.</summary>
    public ScheduleFreeOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override bool LooksElsewhere => true;

    /// <inheritdoc/>
    public override string Name => "schedule-free";

    /// <inheritdoc/>
    protected override string Reason => "its gradients are not taken at theta";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked((2 * layout.Length) + Scalars);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <summary>y.</summary>
    /// <inheritdoc/>
    public override void GradientPoint(in StepContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<T> point)
    {
        _metas.Require(context.Meta);
        RequireLength("state entries", state.Length, (2 * theta.Length) + Scalars);
        T beta = context.Meta[First];
        if (IsStart(context))
            theta.CopyTo(point);
        else
            Vectors.LinearCombination(T.One - beta, state[..theta.Length], beta, theta, point);
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        int n = x.Theta.Length;
        _metas.Require(context.Meta);
        context.Layout.RequireLength(n, nameof(x));
        RequireLength("state entries", x.State.Length, (2 * n) + Scalars);
        if (IsStart(context))
        {
            x.Theta.CopyTo(x.State);
            x.State[^2] = x.State[^1] = T.Zero;
        }

        double beta2 = ToDouble(context.Meta[Second]), gamma = ToDouble(context.Meta[Rate]) * ToDouble(x.Scale[0]) * Warmup(context) * Math.Sqrt(1 - Math.Pow(beta2, context.Age + 1));
        double largest = Math.Max(gamma, ToDouble(x.State[^1])), weight = Math.Pow(context.Step + 1, Options.StepPower) * Math.Pow(largest, Options.RatePower), sum = ToDouble(x.State[^2]) + weight;
        double share = sum > 0 ? weight / sum : 0;
        (x.State[^2], x.State[^1]) = (T.CreateTruncating(sum), T.CreateTruncating(largest));
        T beta1 = context.Meta[First];
        var map = new ScheduleFreeMap<T>
        {
            Beta1 = Vector256.Create(beta1),
            Rest1 = Vector256.Create(T.One - beta1),
            Beta2 = Vector256.Create(context.Meta[Second]),
            Rest2 = Vector256.Create(T.One - context.Meta[Second]),
            Gamma = Vector256.Create(T.CreateTruncating(gamma)),
            Decay = Vector256.Create(T.CreateTruncating(gamma * ToDouble(context.Meta[Decay]))),
            Epsilon = Vector256.Create(_epsilon),
            New = Vector256.Create(T.CreateTruncating(share)),
            Old = Vector256.Create(T.CreateTruncating(1 - share)),
        };
        CoordinateLoop.Step(ref map, 2, x);
    }

    /// <summary>A run begins: x = y = z.</summary>
    private static bool IsStart(in StepContext<T> context) => context.Step == 0 || context.Age == 0;

    private double Warmup(in StepContext<T> context) => Math.Min(1, (context.Step + 1) / Math.Max(1, Math.Ceiling(Options.WarmupShare * context.Steps)));

    private void Require(bool isGood, double found, string option, string range)
    {
        if (!isGood)
            throw new ArgumentOutOfRangeException(option, found, $"The option {option} of {Name} must be {range}.");
    }
}
