using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>A sum over coordinates in double, one running sum per lane of a 256-bit group, added up in a fixed order: the same bits on every machine.</summary>
internal struct LaneSum<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Vector256<double> _lower;
    private Vector256<double> _upper;

    /// <summary>The sum.</summary>
    public readonly double Total
    {
        get
        {
            Vector256<double> s = _lower + _upper;
            return (s.GetElement(0) + s.GetElement(2)) + (s.GetElement(1) + s.GetElement(3));
        }
    }

    /// <summary>Adds x lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector256<T> x)
    {
        if (typeof(T) == typeof(float))
        {
            _lower += Vector256.WidenLower(x.AsSingle());
            _upper += Vector256.WidenUpper(x.AsSingle());
        }
        else
        {
            _lower += x.AsDouble();
        }
    }

    /// <summary>Adds x y lane by lane, multiplied in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddProduct(Vector256<T> x, Vector256<T> y)
    {
        if (typeof(T) == typeof(float))
        {
            _lower += Vector256.WidenLower(x.AsSingle()) * Vector256.WidenLower(y.AsSingle());
            _upper += Vector256.WidenUpper(x.AsSingle()) * Vector256.WidenUpper(y.AsSingle());
        }
        else
        {
            _lower += x.AsDouble() * y.AsDouble();
        }
    }
}
