using System.Buffers;

namespace MetaMirror.Numerics;

/// <summary>Temporary doubles from the shared pool, given back by using; contents are not cleared.</summary>
internal readonly ref struct Rented(int length) : IDisposable
{
    private readonly double[] array = ArrayPool<double>.Shared.Rent(length);

    public Span<double> Span => array.AsSpan(0, length);

    public void Dispose() => ArrayPool<double>.Shared.Return(array);
}
