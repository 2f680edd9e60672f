using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Blockwise;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Soap{T}"/>; defaults are its authors'.</summary>
public sealed record SoapOptions
{
    /// <summary>Learning rate, positive. Default: 0.003.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>beta1 in [0, 1). Default: 0.95.</summary>
    public double Beta1 { get; init; } = .95;

    /// <summary>beta2 in [0, 1). Default: 0.95.</summary>
    public double Beta2 { get; init; } = .95;

    /// <summary>Averaging of the factors L and R, in [0, 1). Default: 0.95.</summary>
    public double ShampooBeta { get; init; } = .95;

    /// <summary>eps, positive, added to the root of the second moment before bias corrections. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay lambda, at least 0, taken after the step. Default: 0.01.</summary>
    public double WeightDecay { get; init; } = .01;

    /// <summary>k, steps between refreshes of the bases, at least 1. Default: 10.</summary>
    public int RefreshEvery { get; init; } = 10;

    /// <summary>A side with more rows or columns is not rotated. Default: 10,000.</summary>
    public int LargestDimension { get; init; } = 10_000;
}

/// <summary>
/// SOAP (Vyas et al. 2024, arXiv:2409.11321, Algorithm 3, and the authors' code): Adam in the eigenbases Q_L, Q_R of Shampoo's factors. For a matrix G: G' = Q_L^T G Q_R;
/// m = beta1 m + (1 - beta1) G'; v = beta2 v + (1 - beta2) G'^2; W -= eta sqrt(1 - beta2^t) / (1 - beta1^t) Q_L (m / (sqrt(v) + eps)) Q_R^T; W *= 1 - eta lambda; then L = b L + (1 - b) G G^T,
/// R = b R + (1 - b) G^T G and, each k steps, Q_L = qr(L Q_L), Q_R = qr(R Q_R), m turned into the new bases, v kept; eta = learning_rate times the scale, t = Age.
/// </summary>
/// <remarks>
/// <para>The step at age 0 only sets Q_L, Q_R, the eigenvectors of L and R, as in the authors' code: no gradient is rotated by a basis that it made itself. Columns are taken for the QR
/// factorization by descending q^T L q; the authors then move the columns of v along, here columns stay at their places.</para>
/// <para>Convolution kernels are matrices [out, in * height * width]; vectors take Adam's step.</para>
/// <para>Differs from the authors' code: kernels are not split into four modes; a few machine epsilons of the trace are added to a factor for its refresh (<see cref="EigenRows.Follow"/>), so that
/// directions without gradients stay where they are.</para>
/// <para>A factor that is not finite when bases are taken (squares of gradients beyond the range of T) makes its tensor NaN at the next step: the run has diverged.</para>
/// <para>Meta-parameters: learning_rate, beta1, beta2, shampoo_beta, weight_decay. State, tensor after tensor: L and Q_L^T, [rows x rows] each; R and Q_R^T, [columns x columns] each; m and v.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Soap<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, First = 1, Second = 2, Factor = 3, Decay = 4;
    private readonly RuleMetas<T> _metas;
    private readonly T _epsilon;
    private readonly LayoutPlans<SoapTensor> _plans;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Soap(SoapOptions? options = null)
    {
        Options = options ?? new SoapOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("beta1", Options.Beta1).Fraction("beta2", Options.Beta2)
            .Fraction("shampoo_beta", Options.ShampooBeta).NotNegative("weight_decay", Options.WeightDecay).Checked();
        _epsilon = _metas.Epsilon(Options.Epsilon);
        RuleMetas<T>.AtLeast(1, Options.RefreshEvery, Name, nameof(Options.RefreshEvery));
        RuleMetas<T>.AtLeast(0, Options.LargestDimension, Name, nameof(Options.LargestDimension));
        _plans = new LayoutPlans<SoapTensor>(layout => [.. layout.Blocks.Select(b => new SoapTensor(b, Options.LargestDimension))]);
    }

    /// <summary>The options.</summary>
    public SoapOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "soap";

    /// <inheritdoc/>
    protected override string Reason => "that of its bases is not built; a tracked basis has one with its bases as constants";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => _plans.Of(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => _plans.Of(layout).ScratchLength;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        LayoutPlan<SoapTensor> plan = _plans.Of(context.Layout);
        _metas.Require(context.Meta);
        plan.Require(Name, context, x);
        double eta = double.CreateTruncating(context.Meta[Rate]) * double.CreateTruncating(x.Scale[0]);
        T keep = T.CreateTruncating(1 - (eta * double.CreateTruncating(context.Meta[Decay]))), average = context.Meta[Factor];
        AdamMap<T> rotated = default, plain = default;
        if (context.Age > 0)
        {
            // Decay comes last, so it shortens the step too. The authors' eps stands beside the uncorrected root.
            plain = AdamMap<T>.Decoupled(eta, 0, context.Meta[First], context.Meta[Second], Options.Epsilon, context.Age);
            plain.EpsilonRoot = Vector256.Create(_epsilon);
            rotated = plain;
            plain.AlphaRoot *= keep;
            plain.Keep = Vector256.Create(keep);
        }

        foreach (SoapTensor tensor in plan.Tensors)
        {
            Iterate<T> part = LayoutPlan<SoapTensor>.PartOf(tensor, x);
            if (!tensor.IsRotated && context.Age > 0)
                CoordinateLoop.Step(ref plain, 2, part);
            if (!tensor.IsRotated)
                continue;
            var bases = new SoapBases<T>(tensor, part.State);
            if (context.Age > 0)
                Move(tensor, bases, part, ref rotated, keep, context.Scratch);
            bases.Average(part.Gradient, average);
            if (context.Age == 0)
                bases.Start();
            else if (context.Age % Options.RefreshEvery == 0)
                bases.Refresh(tensor.Moments(part.State), context.Scratch);
        }
    }

    private static void Move(SoapTensor tensor, in SoapBases<T> bases, in Iterate<T> x, ref AdamMap<T> map, T keep, Span<T> scratch)
    {
        int n = tensor.Block.Length;
        Span<T> gradient = scratch[..n], direction = scratch.Slice(n, n), work = scratch.Slice(2 * n, n);
        bases.Project(x.Gradient, work, gradient);
        direction.Clear();
        CoordinateLoop.Step(ref map, 2, new Iterate<T>(direction, gradient, x.Scale, tensor.Moments(x.State)));
        bases.Lift(keep, direction, work, keep, x.Theta);
    }
}
