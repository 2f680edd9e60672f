using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>g~ = 0: Algorithm 2.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class NoGuess<T> : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "none";

    /// <inheritdoc/>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess) => guess.Clear();
}

/// <summary>y~_{t+1} = grad f(xbar_t): with alpha_t = t and beta = 1/(4 lambda L) this gives f(xbar_T) - f(x*) &lt;= 4 lambda L ||w*||^2 / (T(T+1)) (PAPERS 3.3).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="first">True to guess grad f(xbar_0) for the first step: the bound then fails. Default: false.</param>
public sealed class LastGradientGuess<T>(bool first = false) : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "last gradient";

    /// <inheritdoc/>
    public override bool GuessesFirst => first;

    /// <inheritdoc/>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess) => context.Gradient.CopyTo(guess);
}

/// <summary>g~_{t+1} = g_t, the last meta-gradient: no new Jacobian is needed. The rate is not proved for it (PAPERS 3.3: seen to be the same).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LastMetaGradientGuess<T> : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "last meta-gradient";

    /// <inheritdoc/>
    public override bool OfGradient => false;

    /// <inheritdoc/>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess) => context.MetaGradient.CopyTo(guess);
}

/// <summary>y~_{t+1} = grad f at the point where xbar_{t+1} would be if w stayed at w_t; one more gradient a step (PAPERS 3.5).</summary>
/// <remarks>Differs from the paper: its look-ahead is x_t + varphi(x_t, w_t) of the practical algorithms; in the convex ones the next gradient is taken at the average, so the average moves on.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LookAheadGuess<T> : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => "look-ahead";

    /// <inheritdoc/>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess) => context.LookAhead(guess);
}

/// <summary>y~_{t+1} = m_{t+1} = c m_t + (1 - c) grad f(xbar_t), m_1 = 0; c = 0 is <see cref="LastGradientGuess{T}"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class AverageGuess<T> : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _averaging;

    /// <summary>Takes c.</summary>
    /// <param name="averaging">c in [0, 1). Default: 0.9.</param>
    /// <exception cref="ArgumentOutOfRangeException">c is not in [0, 1).</exception>
    public AverageGuess(double averaging = .9)
    {
        if (!(averaging >= 0 && averaging < 1))
            throw new ArgumentOutOfRangeException(nameof(averaging), averaging, "Expected a number in [0, 1).");
        _averaging = T.CreateChecked(averaging);
    }

    /// <inheritdoc/>
    public override string Name => "exponential average";

    /// <inheritdoc/>
    public override int StateLength(int length) => length;

    /// <inheritdoc/>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess)
    {
        Vectors.LinearCombination(_averaging, state, T.One - _averaging, context.Gradient, state);
        state.CopyTo(guess);
    }
}

/// <summary>y~_{t+1} is what the user supplies for step t + 1; none is asked for the first step.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SuppliedGuess<T> : Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GradientGuess<T> _guess;

    /// <summary>Takes the guesses.</summary>
    public SuppliedGuess(GradientGuess<T> guess)
    {
        ArgumentNullException.ThrowIfNull(guess);
        _guess = guess;
    }

    /// <inheritdoc/>
    public override string Name => "supplied";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The guess holds a number that is not finite, or one that was not written.</exception>
    public override void Next(in GuessContext<T> context, Span<T> state, Span<T> guess)
    {
        // What is not written shows as NaN.
        guess.Fill(T.NaN);
        _guess(context.Step, guess);
        int i = Vectors.IndexOfNonFinite<T>(guess);
        if (i >= 0)
            throw new InvalidOperationException($"Expected finite numbers as guess of the gradient of step {context.Step}, found {guess[i]} at index {i}.");
    }
}
