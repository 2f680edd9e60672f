using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="PowerSign{T}"/> and <see cref="AddSign{T}"/>.</summary>
public sealed record SignAgreementOptions
{
    /// <summary>Learning rate, positive. Default: 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>alpha: positive for PowerSign, at least 0 for AddSign. Default: null, which is e for PowerSign and 1 for AddSign.</summary>
    public double? Alpha { get; init; }

    /// <summary>beta in [0, 1) of the average of gradients. Default: 0.9.</summary>
    public double Beta { get; init; } = 0.9;

    /// <summary>f(t), how much the agreement counts. Default: always 1.</summary>
    public SignDecay Decay { get; init; }

    /// <summary>n, periods of a cosine or restarting decay, positive. Default: 0.5. Not used by the others.</summary>
    public double Periods { get; init; } = 0.5;

    /// <summary>Names of learned meta-parameters. Default: null, the learning rate alone.</summary>
    public ImmutableArray<string>? Learn { get; init; }
}

/// <summary>
/// Gradient descent whose element-wise factor depends on whether gradient and average gradient agree in sign, as found by neural optimizer search (Bello et al. 2017,
/// arXiv 1709.07417): m' = beta m + (1 - beta) g; s = f(t) sign(g) sign(m'); theta' = theta - eta F(s) g. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: learning_rate, alpha, beta. State: m, shape [n]. The derivative is that where signs do not change: none comes from them, so beta has none on theta.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class SignAgreement<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, Alpha = 1, Beta = 2;
    private readonly RuleMetas<T> _metas;
    private readonly string _name;

    private protected SignAgreement(string name, SignAgreementOptions? options, Func<RuleMetas<T>, SignAgreementOptions, RuleMetas<T>> alpha)
    {
        _name = name;
        Options = options ?? new SignAgreementOptions();
        _metas = alpha(new RuleMetas<T>(name, Options.Learn).Positive("learning_rate", Options.LearningRate), Options).Fraction("beta", Options.Beta).Checked();
        if (!Enum.IsDefined(Options.Decay))
            throw new ArgumentOutOfRangeException(nameof(options), Options.Decay, $"The decay of {name} must be one of {string.Join(", ", Enum.GetNames<SignDecay>())}.");
        if (!(Options.Periods > 0 && double.IsFinite(Options.Periods)))
            throw new ArgumentOutOfRangeException(nameof(options), Options.Periods, $"The periods of {name} must be positive and finite.");
    }

    /// <summary>The options.</summary>
    public SignAgreementOptions Options { get; }

    /// <inheritdoc/>
    public sealed override bool ChangesGradient => false;

    /// <inheritdoc/>
    public sealed override string Name => _name;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public sealed override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Length;
    }

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout) => 0;

    /// <summary>F(s) and its derivative in alpha.</summary>
    private protected abstract (double Factor, double Slope) FactorOf(double s, double alpha);

    /// <inheritdoc/>
    public sealed override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        SignMap<T> map = MapAt(context, x);
        CoordinateLoop.Step(ref map, 1, x);
    }

    /// <inheritdoc/>
    public sealed override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        SignMap<T> map = MapAt(context, x);
        _metas.Require(metaTangent);
        map.DEta = (metaTangent[Rate] * x.Scale[0]) + (context.Meta[Rate] * tangent.Scale[0]);
        map.DAlpha = metaTangent[Alpha];
        map.DBeta = metaTangent[Beta];
        CoordinateLoop.Jvp(ref map, 1, x, tangent);
    }

    /// <inheritdoc/>
    public sealed override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        SignMap<T> map = MapAt(context, x);
        _metas.Require(metaCotangent);
        CoordinateLoop.Vjp(ref map, 1, x, cotangent);
        var aEta = T.CreateTruncating(map.AEta.Total);
        metaCotangent[Rate] += aEta * x.Scale[0];
        cotangent.Scale[0] += aEta * context.Meta[Rate];
        metaCotangent[Alpha] += T.CreateTruncating(map.AAlpha.Total);
        metaCotangent[Beta] += T.CreateTruncating(map.ABeta.Total);
    }

    private SignMap<T> MapAt(in StepContext<T> context, in Iterate<T> x)
    {
        _metas.Require(context.Meta);
        double f = DecayAt(context.Step, context.Steps), alpha = double.CreateTruncating(context.Meta[Alpha]);
        (double same, double sameSlope) = FactorOf(f, alpha);
        (double none, double noneSlope) = FactorOf(0, alpha);
        (double opposite, double oppositeSlope) = FactorOf(-f, alpha);
        return new SignMap<T>
        {
            Eta = context.Meta[Rate] * x.Scale[0], Beta = context.Meta[Beta],
            Same = T.CreateTruncating(same), None = T.CreateTruncating(none), Opposite = T.CreateTruncating(opposite),
            SameSlope = T.CreateTruncating(sameSlope), NoneSlope = T.CreateTruncating(noneSlope), OppositeSlope = T.CreateTruncating(oppositeSlope),
        };
    }

    private double DecayAt(int step, int steps)
    {
        double t = Math.Clamp(step, 0, steps), n = Options.Periods;
        return Options.Decay switch
        {
            SignDecay.Linear => 1 - (t / steps),
            SignDecay.Cosine => .5 * (1 + Math.Cos(2 * Math.PI * n * t / steps)),
            SignDecay.Restart => .5 * (1 + Math.Cos(Math.PI * (n * t % steps) / steps)),
            _ => 1,
        };
    }
}
