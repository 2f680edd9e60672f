using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Gradient descent along a learned linear map A of the gradient, theta' = theta - eta A g, eta = learning_rate times the scale: what <see cref="MetaCurvature{T}"/> and <see cref="WarpGrad{T}"/> have in common.</summary>
/// <remarks>Meta-parameters: those of A, then learning_rate, not learned. No state.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class LearnedGradientMap<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RuleMetas<T> _rate;
    private readonly int _buffers;

    /// <param name="name">Name of the rule.</param>
    /// <param name="learningRate">eta at scale 1, positive.</param>
    /// <param name="buffers">Work space in vectors of the largest tensor's length.</param>
    private protected LearnedGradientMap(string name, double learningRate, int buffers)
    {
        Name = name;
        LearningRate = learningRate;
        _buffers = buffers;
        _rate = new RuleMetas<T>(name, []).Positive("learning_rate", learningRate);
    }

    /// <summary>eta at scale 1, where it starts.</summary>
    public double LearningRate { get; }

    /// <inheritdoc/>
    public sealed override string Name { get; }

    /// <inheritdoc/>
    public sealed override bool ChangesGradient => false;

    /// <inheritdoc/>
    public sealed override bool PullsBackByGradientAlone => true;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return [.. MapSpecs(layout), .. _rate.Specs];
    }

    /// <inheritdoc/>
    public sealed override int StateLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public sealed override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _buffers * layout.Blocks.Select(b => b.Length).DefaultIfEmpty(0).Max();
    }

    /// <summary>Meta-parameters of A.</summary>
    private protected abstract IEnumerable<MetaParameterSpec<T>> MapSpecs(ParameterLayout layout);

    /// <summary>How many numbers these are; allocates nothing.</summary>
    private protected abstract int MapLength(ParameterLayout layout);

    /// <summary>eta; throws unless there are as many meta-parameters as declared.</summary>
    private protected T StepSize(in StepContext<T> context, in Iterate<T> x)
    {
        RequireLength("meta-parameters", context.Meta.Length, MapLength(context.Layout) + 1);
        return context.Meta[^1] * x.Scale[0];
    }

    /// <summary>Tangent of eta.</summary>
    private protected T StepTangent(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        RequireLength("tangents of meta-parameters", metaTangent.Length, context.Meta.Length);
        return (metaTangent[^1] * x.Scale[0]) + (context.Meta[^1] * tangent.Scale[0]);
    }

    /// <summary>Adds what the cotangent of eta gives learning rate and scale.</summary>
    private protected static void AddStepCotangent(double aEta, in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        metaCotangent[^1] += T.CreateTruncating(aEta) * x.Scale[0];
        cotangent.Scale[0] += T.CreateTruncating(aEta) * context.Meta[^1];
    }

    /// <summary>A matrix [d, d] that starts at the identity.</summary>
    private protected static MetaParameterSpec<T> Identity(string name, int d)
    {
        var identity = new T[d * d];
        for (int i = 0; i < d; i++)
            identity[(i * d) + i] = T.One;
        return new MetaParameterSpec<T>(name, [d, d], MetaTransform.Identity, [.. identity]);
    }
}
