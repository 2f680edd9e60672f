using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules.Blockwise;
using MetaMirror.UpdateRules.Elementwise;

namespace MetaMirror.UpdateRules;

/// <summary>Options of <see cref="Muon{T}"/>; defaults are its author's.</summary>
public sealed record MuonOptions
{
    /// <summary>Learning rate of matrices, positive: about the spectral norm of a step. Default: 0.02.</summary>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>mu in [0, 1). Default: 0.95.</summary>
    public double Momentum { get; init; } = .95;

    /// <summary>True: Nesterov's momentum. Default: true.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>Newton-Schulz steps, at least 1. Default: 5.</summary>
    public int Iterations { get; init; } = 5;

    /// <summary>Decoupled weight decay lambda of all tensors, each with its own rate; at least 0. Default: 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>True: the last matrix, which makes the outputs, is left to Adam, as the author advises, unless no other would be orthogonalized. Default: true.</summary>
    public bool AdamForOutput { get; init; } = true;

    /// <summary>True: the first convolution is left to Adam, as the author advises, unless it is the only matrix. Default: true.</summary>
    public bool AdamForFirstConvolution { get; init; } = true;

    /// <summary>Learning rate of Adam on what is left to it, positive. Default: 0.0003.</summary>
    public double AdamLearningRate { get; init; } = 3e-4;

    /// <summary>Adam's beta1 in [0, 1). Default: 0.9.</summary>
    public double AdamBeta1 { get; init; } = .9;

    /// <summary>Adam's beta2 in [0, 1). Default: 0.95.</summary>
    public double AdamBeta2 { get; init; } = .95;

    /// <summary>Adam's eps, positive. Default: 1e-10.</summary>
    public double AdamEpsilon { get; init; } = 1e-10;
}

/// <summary>
/// Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/, and the author's code): on a matrix G of out x rest,
/// M = mu M + (1 - mu) G; U = mu M + (1 - mu) G (Nesterov; else M); W = (1 - eta lambda) W - eta sqrt(max(1, rows / columns)) O(U),
/// O five steps X = a X + b (X X^T) X + c (X X^T)^2 X, (a, b, c) = (3.4445, -4.7750, 2.0315), from U / (||U||_F + 1e-7); eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// <para>Convolution kernels are matrices [out, in * height * width]. Vectors, the first convolution and the last matrix are trained by Adam with decoupled decay, its rate times the same scale;
/// but one matrix is always orthogonalized: the last one where only the first convolution is beside it, and a single one.</para>
/// <para>Two conventions of momentum are in use, M = mu M + (1 - mu) G (the author's code since November 2024, and here) and M = mu M + G (the article). M differs by the factor 1 - mu,
/// U too, and O does not see it: the steps are the same, but for the 1e-7.</para>
/// <para>Differs from the author's code: all in T instead of bfloat16; up to five steps on elongated matrices iterate the Gram matrix (<see cref="QuinticNewtonSchulz"/>), the same polynomial; steps of convolution
/// kernels are scaled by the sides of the matrix, sqrt(max(1, out / (in * height * width))), where the author's code takes the last two of the gradient's four, sqrt(max(1, height / width)), which is 1 for
/// square kernels.</para>
/// <para>Meta-parameters: learning_rate, momentum, weight_decay, adam_rate, adam_beta1, adam_beta2. State, tensor after tensor: M, or Adam's m and v.</para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Muon<T> : RuleWithoutDerivative<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Rate = 0, Momentum = 1, Decay = 2, AdamRate = 3, First = 4, Second = 5;
    private const int KernelDimensions = 4;
    private readonly RuleMetas<T> _metas;
    private readonly LayoutPlans<MuonTensor> _plans;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public Muon(MuonOptions? options = null)
    {
        Options = options ?? new MuonOptions();
        _metas = new RuleMetas<T>(Name, []).Positive("learning_rate", Options.LearningRate).Fraction("momentum", Options.Momentum).NotNegative("weight_decay", Options.WeightDecay)
            .Positive("adam_rate", Options.AdamLearningRate).Fraction("adam_beta1", Options.AdamBeta1).Fraction("adam_beta2", Options.AdamBeta2).Checked();
        _ = _metas.Epsilon(Options.AdamEpsilon);
        RuleMetas<T>.AtLeast(1, Options.Iterations, Name, nameof(Options.Iterations));
        _plans = new LayoutPlans<MuonTensor>(Tensors);
    }

    /// <summary>The options.</summary>
    public MuonOptions Options { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override string Name => "muon";

    /// <inheritdoc/>
    protected override string Reason => "that of its Newton-Schulz steps is not built";

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _metas.Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => _plans.Of(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => _plans.Of(layout).ScratchLength;

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        LayoutPlan<MuonTensor> plan = _plans.Of(context.Layout);
        _metas.Require(context.Meta);
        plan.Require(Name, context, x);
        double scale = double.CreateTruncating(x.Scale[0]), decay = double.CreateTruncating(context.Meta[Decay]);
        double eta = double.CreateTruncating(context.Meta[Rate]) * scale, adamEta = double.CreateTruncating(context.Meta[AdamRate]) * scale;
        var adam = AdamMap<T>.Decoupled(adamEta, decay, context.Meta[First], context.Meta[Second], Options.AdamEpsilon, context.Age + 1);
        foreach (MuonTensor tensor in plan.Tensors)
        {
            Iterate<T> part = LayoutPlan<MuonTensor>.PartOf(tensor, x);
            if (tensor.IsOrthogonalized)
                Move(tensor, part, context.Meta[Momentum], eta, decay, context.Scratch);
            else
                CoordinateLoop.Step(ref adam, 2, part);
        }
    }

    private void Move(MuonTensor tensor, in Iterate<T> x, T momentum, double eta, double decay, Span<T> scratch)
    {
        Span<T> update = scratch[..tensor.Block.Length], work = scratch[tensor.Block.Length..];
        T rest = T.One - momentum;
        Vectors.LinearCombination(momentum, x.State, rest, x.Gradient, x.State);
        if (Options.Nesterov)
            Vectors.LinearCombination(momentum, x.State, rest, x.Gradient, update);
        else
            x.State.CopyTo(update);
        QuinticNewtonSchulz.Orthogonalize(update, tensor.Rows, tensor.Columns, Options.Iterations, work);
        double step = eta * Math.Sqrt(Math.Max(1, (double)tensor.Rows / tensor.Columns));
        Vectors.LinearCombination(T.CreateTruncating(1 - (eta * decay)), x.Theta, T.CreateTruncating(-step), update, x.Theta);
    }

    private ImmutableArray<MuonTensor> Tensors(ParameterLayout layout)
    {
        List<ParameterBlock> matrices = [.. layout.Blocks.Where(b => b.IsMatrix && b.Length > 0)];
        ParameterBlock? output = Options.AdamForOutput ? matrices.LastOrDefault() : null, kernel = Options.AdamForFirstConvolution ? matrices.Find(b => b.Shape.Length == KernelDimensions) : null;

        // The last one that is left stays: without it Muon would be Adam.
        if (kernel is not null && matrices.Count > 1)
            matrices.Remove(kernel);
        if (output is not null && matrices.Count > 1)
            matrices.Remove(output);
        return [.. layout.Blocks.Select(b => new MuonTensor(b, matrices.Contains(b)))];
    }

    /// <summary>A tensor of Muon's, or of Adam's.</summary>
    private sealed class MuonTensor(ParameterBlock block, bool isOrthogonalized) : TensorPlan(block)
    {
        public bool IsOrthogonalized => isOrthogonalized;

        public override int StateLength => isOrthogonalized ? Block.Length : checked(2 * Block.Length);

        public override int ScratchLength => isOrthogonalized ? checked(Block.Length + QuinticNewtonSchulz.Scratch(Rows, Columns)) : 0;
    }
}
