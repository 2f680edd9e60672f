using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Blockwise;

namespace MetaMirror.UpdateRules;

/// <summary>Whose step lengths <see cref="Shampoo{T}"/> takes, tensor by tensor.</summary>
public enum ShampooGrafting
{
    /// <summary>Its own, as in the paper.</summary>
    None,

    /// <summary>Those of gradient descent: the norm of the averaged gradient.</summary>
    Sgd,

    /// <summary>Those of AdaGrad on the averaged gradient.</summary>
    AdaGrad,
}

/// <summary>Options of <see cref="Shampoo{T}"/>; defaults are its authors' where they give one.</summary>
public sealed record ShampooOptions
{
    /// <summary>Learning rate, positive. Default: 0.1 (the paper tunes it).</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>alpha in [0, 1), averaging of the gradient that is preconditioned; 0 is Algorithm 1 as printed. Default: 0.9, as in the paper's experiments.</summary>
    public double Momentum { get; init; } = .9;

    /// <summary>eps, positive: the factors start at eps I. Default: 0.0001.</summary>
    public double Epsilon { get; init; } = 1e-4;

    /// <summary>k, at least 1: roots are taken every k steps, and at the steps 1, 2, 4, 8, ... before the first k, while factors still grow by half and more. Default: 20.</summary>
    public int RootEvery { get; init; } = 20;

    /// <summary>A side with more rows or columns has a diagonal factor, as in the paper's experiments. Default: 1,200.</summary>
    public int LargestDimension { get; init; } = 1200;

    /// <summary>Whose step lengths are taken. Default: none but its own.</summary>
    public ShampooGrafting Grafting { get; init; }
}

/// <summary>
/// Shampoo (Gupta, Koren and Singer 2018, arXiv:1802.09568, Algorithm 1), L_0 = eps I, R_0 = eps I: L += G G^T; R += G^T G; H = alpha H + (1 - alpha) G;
/// W -= eta L^(-1/4) H R^(-1/4) for matrices, and for vectors, tensors of order 1, L^(-1/2) H; eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// <para>Roots are those of the symmetric eigendecomposition, in double; eps is kept beside the factors and added there. A diagonal factor is the diagonal of the whole one.</para>
/// <para>Grafting (Agarwal et al. 2020, arXiv:2002.11803; Anil et al. 2020, arXiv:2002.09018): each tensor's step is scaled to the norm of H, or of H / sqrt(a + eps), a += G^2.</para>
/// <para>Differs from the paper: convolution kernels are matrices [out, in * height * width] instead of tensors of order 4; roots are taken at step 1, 2, 4, ... too, not only every k steps.</para>
/// <para>A factor that is not finite when roots are taken (sums of squared gradients beyond the range of T) makes its tensor NaN: the run has diverged.</para>
/// <para>Meta-parameters: learning_rate, momentum. State, tensor after tensor: L - eps I and its root, [rows x rows] each (diagonal: [rows]), R - eps I and its root, [columns x columns] each, H, and a where AdaGrad's
/// lengths are taken.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Shampoo<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, Momentum = 1;
    private readonly RuleMetas<T> _metas;
    private readonly LayoutPlans<ShampooTensor> _plans;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Shampoo(ShampooOptions? options = null)
    {
        Options = options ?? new ShampooOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("momentum", Options.Momentum).Checked();
        _ = _metas.Epsilon(Options.Epsilon);
        RuleMetas<T>.AtLeast(1, Options.RootEvery, Name, nameof(Options.RootEvery));
        RuleMetas<T>.AtLeast(0, Options.LargestDimension, Name, nameof(Options.LargestDimension));
        if (!Enum.IsDefined(Options.Grafting))
            throw new ArgumentOutOfRangeException(nameof(options), Options.Grafting, $"The option {nameof(Options.Grafting)} of {Name} must be one of {string.Join(", ", Enum.GetNames<ShampooGrafting>())}.");
        _plans = new LayoutPlans<ShampooTensor>(layout => [.. layout.Blocks.Select(b => new ShampooTensor(b, Options))]);
    }

    /// <summary>The options.</summary>
    public ShampooOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "shampoo";

    /// <inheritdoc/>
    protected override string Reason => "that of its roots is not built";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => _plans.Of(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => _plans.Of(layout).ScratchLength;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        LayoutPlan<ShampooTensor> plan = _plans.Of(context.Layout);
        _metas.Require(context.Meta);
        plan.Require(Name, context, x);
        double eta = double.CreateTruncating(context.Meta[Rate]) * double.CreateTruncating(x.Scale[0]);
        T momentum = context.Meta[Momentum];
        foreach (ShampooTensor tensor in plan.Tensors)
        {
            if (tensor.Block.Length == 0)
                continue;
            Iterate<T> part = LayoutPlan<ShampooTensor>.PartOf(tensor, x);
            var factors = new ShampooFactors<T>(tensor, part.State, Options.Epsilon);
            factors.Add(part.Gradient);
            if (IsDue(context.Age))
                factors.TakeRoots();
            Span<T> average = tensor.Average(part.State), direction = context.Scratch[..tensor.Block.Length], work = context.Scratch.Slice(tensor.Block.Length, tensor.Block.Length);
            Vectors.LinearCombination(momentum, average, T.One - momentum, part.Gradient, average);
            factors.Precondition(average, work, direction);
            double length = Options.Grafting == ShampooGrafting.None ? 1 : Graft(factors, part.Gradient, average, work, direction);
            Vectors.AddScaled(T.CreateTruncating(-eta * length), direction, part.Theta);
        }
    }

    /// <summary>Age + 1 is a step of 1, 2, 4, ... below k, or a multiple of it.</summary>
    private bool IsDue(int age) => (age + 1) % Options.RootEvery == 0 || (age + 1 < Options.RootEvery && BitOperations.IsPow2(age + 1));

    private double Graft(in ShampooFactors<T> factors, ReadOnlySpan<T> gradient, ReadOnlySpan<T> average, Span<T> work, ReadOnlySpan<T> direction)
    {
        ReadOnlySpan<T> step = Options.Grafting == ShampooGrafting.Sgd ? average : factors.AdaGradStep(gradient, average, work);
        double own = Math.Sqrt(Vectors.SquaredNorm(direction));
        return own == 0 ? 0 : Math.Sqrt(Vectors.SquaredNorm(step)) / own;
    }
}
