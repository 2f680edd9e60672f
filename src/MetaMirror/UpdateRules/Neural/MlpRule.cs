using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules.Neural;

/// <summary>Options of <see cref="MlpRule{T}"/>.</summary>
public sealed record MlpRuleOptions
{
    /// <summary>Factor of the step, positive: its root mean square in each tensor at the start. Default: 0.01.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Units of a hidden layer, from 1 to 256. Default: 8.</summary>
    public int Units { get; init; } = 8;

    /// <summary>Hidden layers, from 1 to 8. Default: 2.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>beta of each momentum, in [0, 1), one to 256 of them. Default: 0.5, 0.9, 0.99, 0.999.</summary>
    public ImmutableArray<double> Decays { get; init; } = [0.5, 0.9, 0.99, 0.999];

    /// <summary>lambda: how much the second output changes the logarithm of the step's length, at least 0. Default: 0.1.</summary>
    public double Magnitude { get; init; } = 0.1;

    /// <summary>eps, positive, added to mean squares. Default: 1e-10.</summary>
    public double Epsilon { get; init; } = 1e-10;

    /// <summary>Standard deviation of the output weights at the start, at least 0. Default: 0.</summary>
    public double OutputDeviation { get; init; }

    /// <summary>Seed of the weights that start at random. Default: 0.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// A learned optimizer that is a small network with shared weights on each coordinate (Metz et al. 2019, "Understanding and correcting pathologies in the training of learned optimizers", arXiv 1810.10180):
/// m_k' = beta_k m_k + (1 - beta_k) g; inputs x are g and every m_k', each over its root mean square in its tensor, (eps + mean of squares)^(1/2); rectified linear layers, the first of which also gets
/// tanh(t / tau - 1) for tau = 1, 3, 10, ..., 100000 at step t; two outputs, direction d and magnitude a: theta' = theta - eta (d + r . x) exp(lambda a). eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: 0.weight [units, 1 + momenta], 0.time [units, 11], 0.bias; for each further layer l l.weight [units, units], l.bias; output.weight [2, units], output.bias [2], direct r [1 + momenta], learning_rate (not
/// learned: the output holds it already). State: the momenta, each [n].
/// Differs from the paper: the direct connection r is not there. It starts at 1 for the momentum nearest to 0.9 and at 0 for the others, the output weights at 0 (or small random numbers), so that learning starts at
/// momentum descent whose steps have one length in each tensor; theta is no input; the second moment's eps is smaller, 1e-10 for 1e-5, so that small gradients are brought to one length too; lambda is larger, 0.1 for 0.001, so
/// that few outer steps can change it; 8 units by default, not 32.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MlpRule<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Where it starts, the momentum of one decay alone moves the parameters.</summary>
    private const double StartingDecay = 0.9;

    // Its power -3/2, 1e30, leaves floats room for gradients.
    private const double LeastEpsilon = 1e-20;

    private readonly IReadOnlyList<MetaParameterSpec<T>> _specs;
    private readonly MlpNetwork<T> _network;
    private readonly MomentumInputs<T> _inputs;
    private readonly int _metaLength;

    /// <summary>Takes the options.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public MlpRule(MlpRuleOptions? options = null)
    {
        Options = options ?? new MlpRuleOptions();
        StartingWeights<T>.Require(Name, "units", Options.Units, StartingWeights<T>.MostUnits);
        StartingWeights<T>.Require(Name, "layers", Options.Layers, StartingWeights<T>.MostLayers);
        StartingWeights<T>.Require(Name, "decays", Options.Decays.IsDefault ? 0 : Options.Decays.Length, StartingWeights<T>.MostUnits);
        var checks = new RuleMetas<T>(Name, []).NotNegative("magnitude", Options.Magnitude).NotNegative("output deviation", Options.OutputDeviation);
        foreach (double decay in Options.Decays)
            checks.Fraction("decay", decay);
        if (Options.Epsilon is > 0 and < LeastEpsilon)
            throw new ArgumentOutOfRangeException(nameof(options), Options.Epsilon, $"The epsilon of {Name} must be at least {LeastEpsilon}: its power -3/2 is to be a number.");
        _inputs = new MomentumInputs<T>(Options.Decays, checks.Epsilon(Options.Epsilon));
        _network = new MlpNetwork<T>(_inputs.Count, Options.Units, Options.Layers, T.CreateTruncating(Options.Magnitude));
        int nearest = Enumerable.Range(0, Options.Decays.Length).MinBy(k => Math.Abs(Options.Decays[k] - StartingDecay));
        var weights = new StartingWeights<T>(Options.Seed);
        _network.Declare(weights, Options.OutputDeviation);
        _specs = weights.Given("direct", [_inputs.Count], Enumerable.Range(-1, _inputs.Count).Select(k => k == nearest ? 1.0 : 0)).Rate(Name, Options.LearningRate).Specs;
        _metaLength = _specs.Sum(s => s.Length);
    }

    /// <summary>The options.</summary>
    public MlpRuleOptions Options { get; }

    /// <inheritdoc/>
    public override string Name => "mlp-rule";

    /// <inheritdoc/>
    public override bool ChangesGradient => false;

    /// <inheritdoc/>
    public override UpdateRule<T> Resized(ParameterLayout layout) => this;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => _specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return checked(Options.Decays.Length * layout.Length);
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return MlpWork<T>.LengthOf(_network, Math.Min(MlpWork<T>.Piece, layout.Length));
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        T eta = context.Meta[^1] * x.Scale[0];
        Start(context, out MlpWork<T> work);
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            MeasureScales(block, x, default, context.Scratch);
            for (int start = block.Offset, n; start < block.Offset + block.Length; start += n)
            {
                n = Math.Min(MlpWork<T>.Piece, block.Offset + block.Length - start);
                work = new MlpWork<T>(context.Scratch, _network, n);
                Raw(x, start, n, work.X);
                for (int k = 1; k < _inputs.Count; k++)
                    work.X.Slice(k * n, n).CopyTo(_inputs.Momentum(k, x.State, x.Theta.Length, start, n));
                ScaleRows(work.Scales, n, work.X);
                _network.Value(context.Meta, n, work);
                Vectors.AddScaled<T>(-eta, work.Outputs[(2 * n)..], x.Theta.Slice(start, n));
            }
        }
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        T eta = context.Meta[^1] * x.Scale[0], dEta = (metaTangent[^1] * x.Scale[0]) + (context.Meta[^1] * tangent.Scale[0]);
        RequireLength("tangents of meta-parameters", metaTangent.Length, _metaLength);
        Start(context, out MlpWork<T> work);
        _network.StartTangent(metaTangent, work);
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            MeasureScales(block, x, tangent, context.Scratch);
            for (int start = block.Offset, n; start < block.Offset + block.Length; start += n)
            {
                n = Math.Min(MlpWork<T>.Piece, block.Offset + block.Length - start);
                work = new MlpWork<T>(context.Scratch, _network, n);
                Raw(x, start, n, work.X);
                Raw(tangent, start, n, work.DX);
                for (int k = 0; k < _inputs.Count; k++)
                {
                    // d(r x) = dr x + r dx, after the momentum's own tangent is kept.
                    Span<T> d = work.DX.Slice(k * n, n);
                    if (k > 0)
                        d.CopyTo(_inputs.Momentum(k, tangent.State, x.Theta.Length, start, n));
                    Vectors.LinearCombination(work.Scales[k], d, work.DScales[k], work.X.Slice(k * n, n), d);
                }

                ScaleRows(work.Scales, n, work.X);
                _network.Value(context.Meta, n, work);
                _network.Tangent(context.Meta, metaTangent, n, work);
                Vectors.AddScaled<T>(-eta, work.DOutputs[(2 * n)..], tangent.Theta.Slice(start, n));
                Vectors.AddScaled<T>(-dEta, work.Outputs[(2 * n)..], tangent.Theta.Slice(start, n));
            }
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        T eta = context.Meta[^1] * x.Scale[0];
        double aEta = 0;
        Start(context, out MlpWork<T> work);
        work.DBias.Clear();
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            MeasureScales(block, x, default, context.Scratch);
            work.DScales.Clear();
            for (int start = block.Offset, n; start < block.Offset + block.Length; start += n)
            {
                n = Math.Min(MlpWork<T>.Piece, block.Offset + block.Length - start);
                work = new MlpWork<T>(context.Scratch, _network, n);
                Raw(x, start, n, work.X);
                ScaleRows(work.Scales, n, work.X);
                _network.Value(context.Meta, n, work);
                ReadOnlySpan<T> aTheta = cotangent.Theta.Slice(start, n);
                Span<T> aU = work.DOutputs[(2 * n)..];
                aEta -= Vectors.Dot<T>(aTheta, work.Outputs[(2 * n)..]);
                aTheta.CopyTo(aU);
                Vectors.Scale(-eta, aU);
                _network.Cotangent(context.Meta, n, work, metaCotangent);
                for (int k = 0; k < _inputs.Count; k++)
                {
                    ReadOnlySpan<T> a = work.DX.Slice(k * n, n);
                    work.DScales[k] += T.CreateTruncating(Vectors.Dot(a, work.X.Slice(k * n, n)));
                    Vectors.AddScaled(work.Scales[k], a, _inputs.Gathered(k, cotangent, start, n));
                }
            }

            PullBackScales(block, x, cotangent, context.Scratch);
        }

        _network.EndCotangent(work, metaCotangent);
        metaCotangent[^1] += T.CreateTruncating(aEta) * x.Scale[0];
        cotangent.Scale[0] += T.CreateTruncating(aEta) * context.Meta[^1];
    }

    private void Start(in StepContext<T> context, out MlpWork<T> work)
    {
        RequireLength("meta-parameters", context.Meta.Length, _metaLength);
        work = new MlpWork<T>(context.Scratch, _network, Math.Min(MlpWork<T>.Piece, context.Layout.Length));
        _network.Start(context.Meta, context.Step, work);
    }

    /// <summary>r of each input in a tensor, and its tangent dr = -r^3 mean(x dx) where there is one.</summary>
    private void MeasureScales(ParameterBlock block, in Iterate<T> x, in Iterate<T> tangent, Span<T> scratch)
    {
        MlpWork<T> work = new(scratch, _network, Math.Min(MlpWork<T>.Piece, block.Length));
        for (int k = 0; k < _inputs.Count; k++)
        {
            double squares = 0, products = 0;
            for (int start = block.Offset, n; start < block.Offset + block.Length; start += n)
            {
                n = Math.Min(MlpWork<T>.Piece, block.Offset + block.Length - start);
                Span<T> raw = work.X[..n];
                _inputs.Raw(k, x.Gradient, x.State, start, n, raw);
                squares += Vectors.SquaredNorm<T>(raw);
                if (tangent.Gradient.IsEmpty)
                    continue;
                _inputs.Raw(k, tangent.Gradient, tangent.State, start, n, work.DX[..n]);
                products += Vectors.Dot<T>(raw, work.DX[..n]);
            }

            T r = _inputs.Scale(squares / block.Length);
            (work.Scales[k], work.DScales[k]) = (r, -(r * r * r) * T.CreateTruncating(products / block.Length));
        }
    }

    /// <summary>What comes through r: a -= r^3 (sum of ax x) / N x = r^2 (sum of ax r x) / N x; then from the momenta after the step to those before it.</summary>
    private void PullBackScales(ParameterBlock block, in Iterate<T> x, in Iterate<T> cotangent, Span<T> scratch)
    {
        for (int start = block.Offset, n; start < block.Offset + block.Length; start += n)
        {
            n = Math.Min(MlpWork<T>.Piece, block.Offset + block.Length - start);
            MlpWork<T> work = new(scratch, _network, n);
            for (int k = 0; k < _inputs.Count; k++)
            {
                Span<T> raw = work.X[..n];
                _inputs.Raw(k, x.Gradient, x.State, start, n, raw);
                T r = work.Scales[k];
                Vectors.AddScaled<T>(-(r * r * work.DScales[k]) / T.CreateTruncating(block.Length), raw, _inputs.Gathered(k, cotangent, start, n));
                _inputs.PullBack(k, cotangent, start, n);
            }
        }
    }

    private void Raw(in Iterate<T> x, int start, int n, Span<T> rows)
    {
        for (int k = 0; k < _inputs.Count; k++)
            _inputs.Raw(k, x.Gradient, x.State, start, n, rows.Slice(k * n, n));
    }

    private static void ScaleRows(ReadOnlySpan<T> scales, int n, Span<T> rows)
    {
        for (int k = 0; k < scales.Length; k++)
            Vectors.Scale(scales[k], rows.Slice(k * n, n));
    }
}
