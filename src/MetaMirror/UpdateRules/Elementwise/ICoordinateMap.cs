using System.Numerics;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>A few neighboring coordinates of everything an elementwise rule reads and writes; values, tangents or cotangents.</summary>
internal struct Coordinates<T>
{
    public Vector256<T> Theta;
    public Vector256<T> Gradient;
    public Vector256<T> S0;
    public Vector256<T> S1;
    public Vector256<T> S2;
}

/// <summary>The formula of an elementwise step on one group of coordinates; <see cref="CoordinateLoop"/> is the traversal.</summary>
/// <remarks>Products and sums round separately (never fused), so a coordinate's result does not depend on the width of the group.</remarks>
internal interface IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Takes the step: writes theta and state, reads the gradient.</summary>
    void Step(ref Coordinates<T> x);
}

/// <summary>An elementwise step with its tangent and cotangent.</summary>
internal interface ICoordinateMap<T> : IStepMap<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>x: values before the step; d: tangents, changed in place (the gradient's only read).</summary>
    void Jvp(in Coordinates<T> x, ref Coordinates<T> d);

    /// <summary>x: values before the step; a: cotangents, changed in place (the gradient's added to). Cotangents of coefficients are summed in the map.</summary>
    void Vjp(in Coordinates<T> x, ref Coordinates<T> a);
}
