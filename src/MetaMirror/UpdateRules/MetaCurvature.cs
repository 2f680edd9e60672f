using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Meta-Curvature (Park and Oliva 2019, arXiv 1902.03356): theta' = theta - eta MC(g), where a weight's gradient, out x in x the rest (spatial), is multiplied in each of its modes by a learned square
/// matrix: MC(G) = G x_1 M_o x_2 M_i x_3 M_f, so for a matrix M_o G M_i^T; a vector's is multiplied element by element. eta = learning_rate times the scale.
/// </summary>
/// <remarks>
/// Meta-parameters: for each tensor NAME the matrices NAME.out, NAME.in and, where it has more than two dimensions, NAME.rest, all starting at the identity; for a vector NAME.scale, at 1;
/// then learning_rate, not learned. The matrices are unconstrained, so the step is no mirror descent and may lead uphill. No state.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MetaCurvature<T> : LearnedGradientMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Gradients between modes, their tangents or cotangents.
    private const int Buffers = 6;

    /// <summary>Takes the step.</summary>
    /// <param name="learningRate">eta at scale 1, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">eta is not positive and finite.</exception>
    public MetaCurvature(double learningRate)
        : base("meta-curvature", learningRate, Buffers)
    {
    }

    private protected override IEnumerable<MetaParameterSpec<T>> MapSpecs(ParameterLayout layout) => layout.Blocks.SelectMany(Specs);

    private protected override int MapLength(ParameterLayout layout)
    {
        int length = 0;
        foreach (ParameterBlock block in layout.Blocks)
            length += MetaLength(block);
        return length;
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        T eta = StepSize(context, x);
        int at = 0;
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            int n = block.Length;
            ReadOnlySpan<T> g = x.Gradient.Slice(block.Offset, n), meta = context.Meta[at..];
            Span<T> theta = x.Theta.Slice(block.Offset, n);
            at += MetaLength(block);
            Transform(block, meta, g, context.Scratch, out ReadOnlySpan<T> curved);
            Vectors.AddScaled(-eta, curved, theta);
        }
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        T eta = StepSize(context, x), dEta = StepTangent(context, x, metaTangent, tangent);
        int at = 0;
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            int n = block.Length;
            ReadOnlySpan<T> meta = context.Meta[at..], dMeta = metaTangent[at..];
            at += MetaLength(block);
            Span<T> dTheta = tangent.Theta.Slice(block.Offset, n), scratch = context.Scratch;
            Span<T> value = scratch[..n], d = scratch.Slice(n, n), next = scratch.Slice(2 * n, n), dNext = scratch.Slice(3 * n, n);
            x.Gradient.Slice(block.Offset, n).CopyTo(value);
            tangent.Gradient.Slice(block.Offset, n).CopyTo(d);
            int start = 0;
            for (int mode = 0; mode < Modes(block); mode++)
            {
                Mode m = ModeOf(block, mode);
                m.Multiply(dMeta.Slice(start, m.Length), value, T.Zero, dNext);
                m.Multiply(meta.Slice(start, m.Length), d, T.One, dNext);
                m.Multiply(meta.Slice(start, m.Length), value, T.Zero, next);
                start += m.Length;
                next.CopyTo(value);
                dNext.CopyTo(d);
            }

            Vectors.AddScaled<T>(-eta, d, dTheta);
            Vectors.AddScaled<T>(-dEta, value, dTheta);
        }
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        T eta = StepSize(context, x);
        double aEta = 0;
        int at = 0;
        foreach (ParameterBlock block in context.Layout.Blocks)
        {
            int n = block.Length, modes = Modes(block);
            ReadOnlySpan<T> meta = context.Meta[at..];
            Span<T> aMeta = metaCotangent[at..], scratch = context.Scratch, a = scratch.Slice(4 * n, n), aNext = scratch.Slice(5 * n, n);
            at += MetaLength(block);
            x.Gradient.Slice(block.Offset, n).CopyTo(scratch);
            int start = 0;
            for (int mode = 0; mode < modes; mode++)
            {
                Mode m = ModeOf(block, mode);
                m.Multiply(meta.Slice(start, m.Length), scratch.Slice(mode * n, n), T.Zero, scratch.Slice((mode + 1) * n, n));
                start += m.Length;
            }

            ReadOnlySpan<T> aTheta = cotangent.Theta.Slice(block.Offset, n);
            aEta -= Vectors.Dot<T>(aTheta, scratch.Slice(modes * n, n));
            a.Clear();
            Vectors.AddScaled(-eta, aTheta, a);
            for (int mode = modes - 1; mode >= 0; mode--)
            {
                Mode m = ModeOf(block, mode);
                start -= m.Length;
                m.AddOuter(a, scratch.Slice(mode * n, n), aMeta.Slice(start, m.Length));
                m.MultiplyTransposed(meta.Slice(start, m.Length), a, aNext);
                aNext.CopyTo(a);
            }

            Vectors.AddScaled<T>(T.One, a, cotangent.Gradient.Slice(block.Offset, n));
        }

        AddStepCotangent(aEta, context, x, cotangent, metaCotangent);
    }

    private static void Transform(ParameterBlock block, ReadOnlySpan<T> meta, ReadOnlySpan<T> g, Span<T> scratch, out ReadOnlySpan<T> curved)
    {
        curved = g;
        int n = block.Length, start = 0;
        for (int mode = 0; mode < Modes(block); mode++)
        {
            Mode m = ModeOf(block, mode);
            Span<T> next = scratch.Slice(mode * n, n);
            m.Multiply(meta.Slice(start, m.Length), curved, T.Zero, next);
            curved = next;
            start += m.Length;
        }
    }

    private static IEnumerable<MetaParameterSpec<T>> Specs(ParameterBlock block)
    {
        if (!block.IsMatrix)
            return [new MetaParameterSpec<T>($"{block.Name}.scale", block.Shape, MetaTransform.Identity, [T.One])];
        string[] names = ["out", "in", "rest"];
        return Enumerable.Range(0, Modes(block)).Select(mode => Identity($"{block.Name}.{names[mode]}", ModeOf(block, mode).Size));
    }

    private static int MetaLength(ParameterBlock block)
    {
        int length = 0;
        for (int mode = 0; mode < Modes(block); mode++)
            length += ModeOf(block, mode).Length;
        return length;
    }

    private static int Modes(ParameterBlock block) => block.IsMatrix ? Math.Min(block.Shape.Length, 3) : 1;

    /// <summary>The tensor as [before, size, after] with the mode in the middle.</summary>
    private static Mode ModeOf(ParameterBlock block, int mode)
    {
        if (!block.IsMatrix)
            return new Mode(1, 1, block.Length, IsElementwise: true);
        int rows = block.Shape[0], columns = block.Shape[1], rest = rows * columns == 0 ? 0 : block.Length / (rows * columns);
        return mode switch { 0 => new(1, rows, columns * rest), 1 => new(rows, columns, rest), _ => new(rows * columns, rest, 1) };
    }

    /// <summary>Products of one mode.</summary>
    private readonly record struct Mode(int Before, int Size, int After, bool IsElementwise = false)
    {
        /// <summary>Numbers of its matrix.</summary>
        public int Length => IsElementwise ? After : Size * Size;

        /// <summary>c = beta c + M a along the mode.</summary>
        public void Multiply(ReadOnlySpan<T> m, ReadOnlySpan<T> a, T beta, Span<T> c)
        {
            if (IsElementwise)
            {
                for (int i = 0; i < c.Length; i++)
                    c[i] = beta == T.Zero ? m[i] * a[i] : (beta * c[i]) + (m[i] * a[i]);
            }
            else if (After == 1)
            {
                Gemm.Multiply(false, true, Before, Size, Size, T.One, a, m, beta, c);
            }
            else
            {
                int part = Size * After;
                for (int p = 0; p < Before; p++)
                    Gemm.Multiply(false, false, Size, After, Size, T.One, m, a.Slice(p * part, part), beta, c.Slice(p * part, part));
            }
        }

        /// <summary>c = M^T a along the mode.</summary>
        public void MultiplyTransposed(ReadOnlySpan<T> m, ReadOnlySpan<T> a, Span<T> c)
        {
            if (IsElementwise)
            {
                Multiply(m, a, T.Zero, c);
            }
            else if (After == 1)
            {
                Gemm.Multiply(false, false, Before, Size, Size, T.One, a, m, T.Zero, c);
            }
            else
            {
                int part = Size * After;
                for (int p = 0; p < Before; p++)
                    Gemm.Multiply(true, false, Size, After, Size, T.One, m, a.Slice(p * part, part), T.Zero, c.Slice(p * part, part));
            }
        }

        /// <summary>aM += the sum of aC a^T along the mode.</summary>
        public void AddOuter(ReadOnlySpan<T> aC, ReadOnlySpan<T> a, Span<T> aM)
        {
            if (IsElementwise)
            {
                for (int i = 0; i < aM.Length; i++)
                    aM[i] += aC[i] * a[i];
            }
            else if (After == 1)
            {
                Gemm.Multiply(true, false, Size, Size, Before, T.One, aC, a, T.One, aM);
            }
            else
            {
                int part = Size * After;
                for (int p = 0; p < Before; p++)
                    Gemm.Multiply(false, true, Size, Size, After, T.One, aC.Slice(p * part, part), a.Slice(p * part, part), T.One, aM);
            }
        }
    }
}
