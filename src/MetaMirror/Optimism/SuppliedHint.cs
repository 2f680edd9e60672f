using System.Globalization;
using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Optimism;

/// <summary>A user's guess of the gradient of a step, written to <paramref name="hint"/>; it may depend on the step alone.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="step">The step whose gradient is guessed, from 1: none is asked for the first.</param>
/// <param name="hint">Shape [n], overwritten.</param>
public delegate void GradientGuess<T>(int step, Span<T> hint)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>h_{t+1} is what the user supplies for step t + 1, at the scale of step t; h_1 = 0. A constant for derivatives, exactly.</summary>
/// <remarks>State: h_t, shape [n]. No meta-parameters. It can't be saved to a file.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SuppliedHint<T> : Hint<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GradientGuess<T> _guess;

    /// <summary>Takes the guesses.</summary>
    public SuppliedHint(GradientGuess<T> guess)
    {
        ArgumentNullException.ThrowIfNull(guess);
        _guess = guess;
    }

    /// <inheritdoc/>
    public override string Name => "supplied-hint";

    /// <inheritdoc/>
    public override bool TakesScale => true;

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => [];

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.Length;
    }

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => StateLength(layout);

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        ReadOnlySpan<T> guess = GuessAt(context);
        T c = x.Scale[0];
        for (int i = 0; i < guess.Length; i++)
        {
            T next = c * guess[i];
            x.Gradient[i] = (c * x.Gradient[i]) - x.State[i] + next;
            x.State[i] = next;
        }

        x.Scale[0] = T.One;
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        ReadOnlySpan<T> guess = GuessAt(context);
        T c = x.Scale[0], dc = tangent.Scale[0];
        for (int i = 0; i < guess.Length; i++)
        {
            T next = dc * guess[i];
            tangent.Gradient[i] = (c * tangent.Gradient[i]) + (dc * x.Gradient[i]) - tangent.State[i] + next;
            tangent.State[i] = next;
        }

        tangent.Scale[0] = T.Zero;
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        ReadOnlySpan<T> guess = GuessAt(context);
        cotangent.Scale[0] = T.CreateTruncating(
            Vectors.Dot<T>(cotangent.Gradient, x.Gradient) + Vectors.Dot<T>(cotangent.Gradient, guess) + Vectors.Dot<T>(cotangent.State, guess));
        for (int i = 0; i < guess.Length; i++)
        {
            cotangent.State[i] = -cotangent.Gradient[i];
            cotangent.Gradient[i] *= x.Scale[0];
        }
    }

    private ReadOnlySpan<T> GuessAt(in StepContext<T> context)
    {
        Span<T> guess = context.Scratch[..context.Layout.Length];
        // What is not written shows as NaN.
        guess.Fill(T.NaN);
        _guess(context.Step + 1, guess);
        int bad = Vectors.IndexOfNonFinite<T>(guess);
        if (bad >= 0)
        {
            string tensor = context.Layout.BlockAt(bad).Name;
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The supplied hint for step {context.Step + 1} is not finite: expected numbers, found {guess[bad]} in '{tensor}'."));
        }

        return guess;
    }
}
