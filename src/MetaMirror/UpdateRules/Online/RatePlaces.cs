using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Online;

/// <summary>Where the vectors of an element-wise meta-update begin; null where there is none.</summary>
internal unsafe struct RatePlaces<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Most = 9;

    /// <summary>theta before the step.</summary>
    public T* Old;

    /// <summary>In: where the base rule went; out: where its step, times the rate, goes.</summary>
    public T* Theta;

    /// <summary>g_t.</summary>
    public T* Gradient;

    /// <summary>In: d_{t-1}; out: d_t.</summary>
    public T* Displacement;

    public T* W;
    public T* V;
    public T* Z;

    /// <summary>The guessed hypergradient, or the gradient that was guessed.</summary>
    public T* Hint;

    /// <summary>The gradient ahead.</summary>
    public T* Ahead;

    /// <summary>Entries of a place for one group of everything.</summary>
    public static int LastLength => Most * Vector256<T>.Count;

    /// <summary>A copy of the last, not whole, group, filled up with zeros.</summary>
    public readonly RatePlaces<T> Last(int start, int count, T* place)
    {
        new Span<T>(place, LastLength).Clear();
        return new RatePlaces<T>
        {
            Old = In(Old, start, count, place, 0), Theta = In(Theta, start, count, place, 1), Gradient = In(Gradient, start, count, place, 2),
            Displacement = In(Displacement, start, count, place, 3), W = In(W, start, count, place, 4), V = In(V, start, count, place, 5), Z = In(Z, start, count, place, 6),
            Hint = In(Hint, start, count, place, 7), Ahead = In(Ahead, start, count, place, 8),
        };
    }

    /// <summary>The way back, of what is written.</summary>
    public readonly void PutBack(in RatePlaces<T> last, int start, int count)
    {
        Back(last.Theta, Theta, start, count);
        Back(last.Displacement, Displacement, start, count);
        Back(last.W, W, start, count);
        Back(last.V, V, start, count);
        Back(last.Z, Z, start, count);
        Back(last.Hint, Hint, start, count);
    }

    private static T* In(T* from, int start, int count, T* place, int index)
    {
        if (from is null)
            return null;
        T* to = place + (index * Vector256<T>.Count);
        new ReadOnlySpan<T>(from + start, count).CopyTo(new Span<T>(to, count));
        return to;
    }

    private static void Back(T* from, T* to, int start, int count)
    {
        if (to is not null)
            new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to + start, count));
    }
}
