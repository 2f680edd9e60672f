using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>Lets a rule look at the objective at points of its own, on this step's batch; every look is counted.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class ObjectiveProbe<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Loss and gradient at <paramref name="point"/> on the current batch.</summary>
    public abstract double Evaluate(ReadOnlySpan<T> point, Span<T> gradient);

    /// <summary>Hessian at <paramref name="point"/> times <paramref name="v"/> on the current batch.</summary>
    public abstract void HessianVector(ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product);
}
