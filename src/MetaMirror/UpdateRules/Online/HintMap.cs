using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>What a hint keeps, and what it guesses: a gradient y that is turned into a hypergradient, or a hypergradient m itself.</summary>
internal readonly struct HintMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public required RateHint Kind { get; init; }

    /// <summary>True if d_t turns a guessed gradient into a guessed hypergradient, false if d_{t-1} does.</summary>
    public required bool IsPresent { get; init; }

    /// <summary>True if hypergradients are guessed, not gradients.</summary>
    public bool IsOfHypergradient => Kind is RateHint.LastHypergradient or RateHint.AverageHypergradient;

    /// <summary>True if it keeps an average, not the last.</summary>
    public bool Averages => Kind is RateHint.AverageGradient or RateHint.AverageHypergradient;

    /// <summary>a.</summary>
    public required T Keep { get; init; }

    /// <summary>1 - a.</summary>
    public required T Take { get; init; }

    /// <summary>How much of what was kept goes into the next.</summary>
    public T Kept => Averages ? Keep : T.Zero;

    /// <summary>How much of what is seen goes into the next.</summary>
    public T Taken => Averages ? Take : T.One;

    /// <summary>What is kept next.</summary>
    public T Following(T kept, T seen) => Averages ? (kept * Keep) + (seen * Take) : seen;

    /// <summary>From what was kept to the guesses of this hypergradient and of the next.</summary>
    /// <param name="before">d_{t-1}.</param>
    /// <param name="now">d_t.</param>
    /// <param name="slope">G_t.</param>
    /// <param name="gradient">g_t, or the gradient ahead.</param>
    /// <param name="kept">y_t or m_t; then y_{t+1} or m_{t+1}.</param>
    /// <param name="past">Guess of G_t.</param>
    /// <param name="next">Guess of G_{t+1}.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Move(Vector256<T> before, Vector256<T> now, Vector256<T> slope, Vector256<T> gradient, ref Vector256<T> kept, out Vector256<T> past, out Vector256<T> next)
    {
        Vector256<T> old = kept;
        if (IsOfHypergradient)
        {
            kept = Averages ? (old * Keep) + (slope * Take) : slope;
            past = old;
            next = kept;
            return;
        }

        kept = Averages ? (old * Keep) + (gradient * Take) : gradient;
        past = before * old;
        next = (IsPresent ? now : before) * kept;
    }
}
