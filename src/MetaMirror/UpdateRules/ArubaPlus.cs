using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="ArubaPlus{T}"/>.</summary>
public sealed record ArubaPlusOptions
{
    /// <summary>eps / zeta: the rate of every parameter before anything is learned, positive. Default: 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>zeta, in gradient units, positive. Default: 1.</summary>
    public double Zeta { get; init; } = 1;

    /// <summary>c, at least 0: how much gradients of the run itself count. Default: 1. The authors try 0 and 0.01 to 1,000.</summary>
    public double Coefficient { get; init; } = 1;
}

/// <summary>
/// ARUBA++ (Khodak, Balcan and Talwalkar 2019, arXiv 1906.02717): ARUBA's learned sums b and g, where g goes on growing in the run: theta' = theta - scale sqrt(b / (g + s)) o grad,
/// then s' = s + c grad^2. With c = 0 the rates are ARUBA's.
/// </summary>
/// <remarks>
/// Meta-parameters: b and g, shaped like the tensors and named b.NAME and g.NAME (<see cref="MetaLearners.ArubaStep{T}"/> learns them), then coefficient. State: s, shape [n]; it is 0 at first, so that a step sees the gradients
/// before it alone. No derivative: b and g are sums over tasks.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ArubaPlus<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<MetaParameterSpec<T>> _checked;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public ArubaPlus(ArubaPlusOptions? options = null)
    {
        Options = options ?? new ArubaPlusOptions();
        _checked = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Positive("zeta", Options.Zeta).NotNegative("coefficient", Options.Coefficient).Checked().Specs;
    }

    /// <summary>The options.</summary>
    public ArubaPlusOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "aruba-plus";

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    protected override string Reason => "what it learns are sums over tasks";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        T zeta = T.CreateChecked(Options.Zeta), eps = zeta * T.CreateChecked(Options.LearningRate);
        return [.. Each("b", eps * eps), .. Each("g", zeta * zeta), _checked[2]];

        IEnumerable<MetaParameterSpec<T>> Each(string sum, T start) =>
            layout.Blocks.Select(block => new MetaParameterSpec<T>($"{sum}.{block.Name}", block.Shape, MetaTransform.Log, [start]) { Learned = false });
    }

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Length;
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => 0;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        int n = x.Theta.Length, i = 0;
        if (x.Gradient.Length != n)
            throw new ArgumentException($"The gradient has length {x.Gradient.Length}, expected {n} as theta.", nameof(x));
        if (x.State.Length < n)
            throw new ArgumentException($"The state has length {x.State.Length}, expected at least 1 x {n}.", nameof(x));
        if (context.Meta.Length != (2 * n) + 1)
            throw new ArgumentException($"{Name} was given {context.Meta.Length} meta-parameters, expected {(2 * n) + 1} (b and g of {n} parameters, coefficient).", nameof(context));
        ReadOnlySpan<T> b = context.Meta[..n], g = context.Meta.Slice(n, n);
        T c = context.Meta[2 * n], scale = x.Scale[0];
        ref T theta = ref MemoryMarshal.GetReference(x.Theta), gradient = ref MemoryMarshal.GetReference(x.Gradient), state = ref MemoryMarshal.GetReference(x.State);
        ref T bs = ref MemoryMarshal.GetReference(b), gs = ref MemoryMarshal.GetReference(g);
        for (; i <= n - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> grad = Vector256.LoadUnsafe(ref gradient, (nuint)i), s = Vector256.LoadUnsafe(ref state, (nuint)i);
            var rate = Vector256.Sqrt(Vector256.LoadUnsafe(ref bs, (nuint)i) / (Vector256.LoadUnsafe(ref gs, (nuint)i) + s));
            (Vector256.LoadUnsafe(ref theta, (nuint)i) - (rate * scale * grad)).StoreUnsafe(ref theta, (nuint)i);
            (s + (grad * grad * c)).StoreUnsafe(ref state, (nuint)i);
        }

        for (; i < n; i++)
        {
            T grad = x.Gradient[i];
            x.Theta[i] -= T.Sqrt(b[i] / (g[i] + x.State[i])) * scale * grad;
            x.State[i] += grad * grad * c;
        }
    }
}
