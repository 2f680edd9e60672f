using System.Numerics;

namespace MetaMirror.Optimism.Convex;

/// <summary>
/// The hint of Algorithm 4: what the next gradient may be, said after step t, before step t + 1 is made. A guess y~_{t+1} of grad f(xbar_{t+1}) becomes the hint
/// g~_{t+1} = D_{t+1}^T y~_{t+1}; a guess of the meta-gradient is the hint itself (PAPERS 3.2, 3.3).
/// </summary>
/// <remarks>
/// g~_1 = 0 unless <see cref="GuessesFirst"/>: the rate of PAPERS 3.3 needs it, because the first step is paid by B_f(x*, xbar_1) alone (its counter-example is a test).
/// An instance holds no run state; the caller's state is zero at first.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Guess<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Name in tables and messages.</summary>
    public abstract string Name { get; }

    /// <summary>True: it guesses gradients, shape [n]; false: meta-gradients, shape [m]. Default: true.</summary>
    public virtual bool OfGradient => true;

    /// <summary>True if it also guesses for the first step, from the gradient at xbar_0. Default: false.</summary>
    public virtual bool GuessesFirst => false;

    /// <summary>Length of the state for points of length n. Default: 0.</summary>
    public virtual int StateLength(int length) => 0;

    /// <summary>The guess for step <see cref="GuessContext{T}.Step"/>.</summary>
    /// <param name="context">What is known.</param>
    /// <param name="state">Shape [StateLength].</param>
    /// <param name="guess">Shape [n] or [m], overwritten.</param>
    public abstract void Next(in GuessContext<T> context, Span<T> state, Span<T> guess);
}

/// <summary>What a guess may know after step t.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct GuessContext<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConvexMetaRun<T> _run;

    internal GuessContext(ConvexMetaRun<T> run, int step) => (_run, Step) = (run, step);

    /// <summary>t + 1, the step that is guessed for, from 1.</summary>
    public int Step { get; }

    /// <summary>xbar_t, shape [n].</summary>
    public ReadOnlySpan<T> Average => _run.Average;

    /// <summary>grad f(xbar_t), shape [n].</summary>
    public ReadOnlySpan<T> Gradient => _run.Gradient;

    /// <summary>g_t, shape [m]; zero before the first step.</summary>
    public ReadOnlySpan<T> MetaGradient => _run.MetaGradient;

    /// <summary>The gradient at the point where xbar_{t+1} would be if w stayed: one more evaluation.</summary>
    /// <param name="gradient">Shape [n], overwritten.</param>
    public void LookAhead(Span<T> gradient) => _run.LookAhead(gradient);
}
