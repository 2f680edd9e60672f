using System.Numerics;

namespace MetaMirror.Optimism;

/// <summary>One step of a <see cref="LinearHint{T}"/>: v' = Keep v + Take g, gradient = Present g + Past v + Next v'. Also a derivative of such numbers.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Present">Factor of g.</param>
/// <param name="Past">Factor of v, before the step.</param>
/// <param name="Next">Factor of v', after it.</param>
/// <param name="Keep">How much of v is kept.</param>
/// <param name="Take">How much of g is taken in.</param>
public readonly record struct HintCoefficients<T>(T Present, T Past, T Next, T Keep, T Take)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal HintCoefficients<T> Plus(T factor, in HintCoefficients<T> slope) => new(
        Present + (factor * slope.Present), Past + (factor * slope.Past), Next + (factor * slope.Next), Keep + (factor * slope.Keep), Take + (factor * slope.Take));

    internal T Dot(in HintCoefficients<T> other) =>
        (Present * other.Present) + (Past * other.Past) + (Next * other.Next) + (Keep * other.Keep) + (Take * other.Take);
}
