using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="ScheduledSgd{T}"/>. Defaults are those of Micaelli and Storkey's code.</summary>
public sealed record ScheduledSgdOptions
{
    /// <summary>Learning rate that all values start at, at least 0. Default: 0, nothing moves before something is learned.</summary>
    public double LearningRate { get; init; }

    /// <summary>Momentum that all values start at, in [0, 1). Default: 0.</summary>
    public double Momentum { get; init; }

    /// <summary>Weight decay that all values start at, at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>K of the learning rate, at least 1. Default: 5.</summary>
    public int LearningRateValues { get; init; } = 5;

    /// <summary>K of the momentum, at least 1. Default: 1.</summary>
    public int MomentumValues { get; init; } = 1;

    /// <summary>K of the weight decay, at least 1. Default: 1.</summary>
    public int WeightDecayValues { get; init; } = 1;
}

/// <summary>
/// SGD with momentum b, weight decay c and learning rate a that are schedules of K values each, every value shared by T / K steps in a row (FDS, Micaelli and Storkey 2021, arXiv 2007.07869):
/// v' = b v + g + c theta, theta' = theta - a v', with value number floor(K t / T) at step t. a is multiplied by the scale.
/// </summary>
/// <remarks>
/// Meta-parameters, all learned and kept as they are: learning_rate [K_a], momentum [K_b], weight_decay [K_c]. Tangents are FDS's recursions of Z = d theta and C = dv. State: v, shape [n].
/// Differs from the paper: values stay in their ranges, a and c at least 0, b in [0, 1).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ScheduledSgd<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The meta-parameters of Sgd with momentum; the last one is its dampening, which is 0 here.
    private const int Rate = 0, Decay = 1, Momentum = 2, SgdMetas = 4;

    // At Age 0 it starts v at the gradient, which is what v = 0 gives.
    private static readonly Sgd<T> Sgd = new(new SgdOptions { LearningRate = 1, Learn = ["momentum"] });

    private readonly MetaParameterSpec<T>[] _specs;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public ScheduledSgd(ScheduledSgdOptions? options = null)
    {
        Options = options ?? new ScheduledSgdOptions();
        string[] names = ["learning_rate", "momentum", "weight_decay"];
        RuleMetas<T>.AtLeast(1, Options.LearningRateValues, Name, nameof(options.LearningRateValues));
        RuleMetas<T>.AtLeast(1, Options.MomentumValues, Name, nameof(options.MomentumValues));
        RuleMetas<T>.AtLeast(1, Options.WeightDecayValues, Name, nameof(options.WeightDecayValues));
        int[] counts = [Options.LearningRateValues, Options.MomentumValues, Options.WeightDecayValues];
        RuleMetas<T> scalars = new RuleMetas<T>(Name, [.. names])
            .NotNegative(names[0], Options.LearningRate).Fraction(names[1], Options.Momentum).NotNegative(names[2], Options.WeightDecay);

        // Kept as they are, since learning starts at 0 and steps by differences.
        _specs = [.. scalars.Specs.Select((s, i) => s with { Shape = [counts[i]], Transform = MetaTransform.Identity, Lower = 0, Upper = i == 1 ? double.CreateChecked(T.BitDecrement(T.One)) : double.PositiveInfinity })];
    }

    /// <summary>The options.</summary>
    public ScheduledSgdOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "scheduled-sgd";

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => Sgd.StateLength(layout);

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        Span<T> now = stackalloc T[SgdMetas];
        Read(context, context.Meta, now);
        Sgd.Step(context.For(now, default), x);
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        Span<T> now = stackalloc T[SgdMetas], dNow = stackalloc T[SgdMetas];
        Read(context, context.Meta, now);
        Read(context, metaTangent, dNow);
        Sgd.Jvp(context.For(now, default), x, dNow, tangent);
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        Span<T> now = stackalloc T[SgdMetas], aNow = stackalloc T[SgdMetas];
        Read(context, context.Meta, now);
        aNow.Clear();
        Sgd.Vjp(context.For(now, default), x, cotangent, aNow);
        (int rate, int momentum, int decay) = Places(context, metaCotangent.Length);
        metaCotangent[rate] += aNow[Rate];
        metaCotangent[momentum] += aNow[Momentum];
        metaCotangent[decay] += aNow[Decay];
    }

    private void Read(in StepContext<T> context, ReadOnlySpan<T> values, Span<T> now)
    {
        (int rate, int momentum, int decay) = Places(context, values.Length);
        now[Rate] = values[rate];
        now[Decay] = values[decay];
        now[Momentum] = values[momentum];
        now[^1] = T.Zero;
    }

    /// <summary>Where this step's values are; the last ones go on after T.</summary>
    private (int Rate, int Momentum, int Decay) Places(in StepContext<T> context, int length)
    {
        int a = Options.LearningRateValues, b = Options.MomentumValues, c = Options.WeightDecayValues;
        if (length != a + b + c)
            throw new ArgumentException($"{Name} was given {length} meta-parameters, expected {a + b + c} ({a} of learning_rate, {b} of momentum, {c} of weight_decay).", nameof(length));
        long t = Math.Clamp(context.Step, 0, context.Steps - 1);
        return ((int)(a * t / context.Steps), a + (int)(b * t / context.Steps), a + b + (int)(c * t / context.Steps));
    }
}
