using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MetaMirror.Storage;

/// <summary>One named, shaped tensor as bytes: row-major, little-endian, last dimension fastest. Immutable once made.</summary>
public sealed class TensorEntry
{
    private readonly byte[] data;
    private readonly long[] shape;

    /// <summary>Wraps bytes already in the file's layout. The arrays are owned by the entry from here on.</summary>
    /// <param name="name">A PyTorch state_dict name, such as <c>0.weight</c>.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes of the dimensions; empty for a scalar.</param>
    /// <param name="data">product(shape) * element size bytes.</param>
    /// <exception cref="ArgumentException">The type is undefined, a size is negative, the product overflows, or the data has another length.</exception>
    public TensorEntry(string name, TensorElementType type, long[] shape, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(data);
        if (!TensorElementTypes.IsDefined(type))
        {
            throw new ArgumentException($"expected one of {TensorElementTypes.AllNames}, found {(int)type}", nameof(type));
        }

        if (!TryByteCount(type, shape, out var bytes) || bytes != data.LongLength)
        {
            throw new ArgumentException(
                $"tensor {Quoted.Text(name)} of type {TensorElementTypes.NameOf(type)} and shape [{string.Join(", ", shape)}] does not fit {data.LongLength} bytes of data", nameof(data));
        }

        Name = name;
        Type = type;
        this.shape = shape;
        this.data = data;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public TensorElementType Type { get; }

    /// <summary>Sizes of the dimensions; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>The elements, little-endian.</summary>
    public ReadOnlySpan<byte> Data => data;

    /// <summary>product(shape).</summary>
    public long Count => data.LongLength / TensorElementTypes.SizeOf(Type);

    /// <summary>A tensor of type F32 or F64, as T is float or double.</summary>
    /// <param name="name">Name.</param>
    /// <param name="values">Row-major values; copied.</param>
    /// <param name="shape">Sizes of the dimensions, product = number of values.</param>
    /// <exception cref="ArgumentException">The shape does not fit the number of values.</exception>
    /// <exception cref="NotSupportedException">T is neither float nor double.</exception>
    public static TensorEntry From<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var type = typeof(T) == typeof(float) ? TensorElementType.F32
            : typeof(T) == typeof(double) ? TensorElementType.F64
            : throw new NotSupportedException($"expected element type float or double, found {typeof(T).Name}");
        return new TensorEntry(name, type, shape.ToArray(), LittleEndian(values));
    }

    /// <summary>A tensor of type I64.</summary>
    /// <param name="name">Name.</param>
    /// <param name="values">Row-major values; copied.</param>
    /// <param name="shape">Sizes of the dimensions, product = number of values.</param>
    /// <exception cref="ArgumentException">The shape does not fit the number of values.</exception>
    public static TensorEntry From(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape)
        => new(name, TensorElementType.I64, shape.ToArray(), LittleEndian(values));

    /// <summary>A tensor of type U8.</summary>
    /// <param name="name">Name.</param>
    /// <param name="values">Row-major values; copied.</param>
    /// <param name="shape">Sizes of the dimensions, product = number of values.</param>
    /// <exception cref="ArgumentException">The shape does not fit the number of values.</exception>
    public static TensorEntry From(string name, ReadOnlySpan<byte> values, params ReadOnlySpan<long> shape)
        => new(name, TensorElementType.U8, shape.ToArray(), values.ToArray());

    /// <summary>The values of an F32 tensor.</summary>
    /// <exception cref="StorageException">The tensor has another type.</exception>
    public float[] ToSingles() => Values<float>(TensorElementType.F32);

    /// <summary>The values of an F64 tensor.</summary>
    /// <exception cref="StorageException">The tensor has another type.</exception>
    public double[] ToDoubles() => Values<double>(TensorElementType.F64);

    /// <summary>The values of an I64 tensor.</summary>
    /// <exception cref="StorageException">The tensor has another type.</exception>
    public long[] ToInt64s() => Values<long>(TensorElementType.I64);

    /// <summary>Copies an F32 or F64 tensor into a buffer of T; F64 into float rounds to nearest, F32 into double is exact.</summary>
    /// <param name="destination">Length = <see cref="Count"/>.</param>
    /// <exception cref="StorageException">The tensor is neither F32 nor F64.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        if (destination.Length != Count)
        {
            throw new ArgumentException($"tensor {Quoted.Text(Name)} has {Count} values, the destination {destination.Length}", nameof(destination));
        }

        switch (Type)
        {
            case TensorElementType.F64:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = T.CreateTruncating(BinaryPrimitives.ReadDoubleLittleEndian(data.AsSpan(i * sizeof(double))));
                }

                break;
            case TensorElementType.F32:
                for (var i = 0; i < destination.Length; i++)
                {
                    destination[i] = T.CreateTruncating(BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(i * sizeof(float))));
                }

                break;
            default:
                throw new StorageException($"tensor {Quoted.Text(Name)}: expected type F32 or F64, found {TensorElementTypes.NameOf(Type)}");
        }
    }

    /// <summary>product(shape) * element size, or false where a size is negative or the product exceeds 63 bits.</summary>
    internal static bool TryByteCount(TensorElementType type, ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = 0;
        UInt128 product = (UInt128)TensorElementTypes.SizeOf(type);
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0)
            {
                return false;
            }

            // A zero anywhere makes the product zero, but the others still have to be representable.
            empty |= size == 0;
            product *= (UInt128)Math.Max(size, 1);
            if (product > long.MaxValue)
            {
                return false;
            }
        }

        bytes = empty ? 0 : (long)product;
        return true;
    }

    private static byte[] LittleEndian<V>(ReadOnlySpan<V> values)
        where V : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        ReverseOnBigEndian<V>(bytes);
        return bytes;
    }

    private static void ReverseOnBigEndian<V>(Span<byte> bytes)
        where V : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            return;
        }

        var size = System.Runtime.CompilerServices.Unsafe.SizeOf<V>();
        for (var i = 0; i < bytes.Length; i += size)
        {
            bytes.Slice(i, size).Reverse();
        }
    }

    private V[] Values<V>(TensorElementType expected)
        where V : unmanaged
    {
        if (Type != expected)
        {
            throw new StorageException($"tensor {Quoted.Text(Name)}: expected type {TensorElementTypes.NameOf(expected)}, found {TensorElementTypes.NameOf(Type)}");
        }

        var values = new V[checked((int)Count)];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        data.CopyTo(bytes);
        ReverseOnBigEndian<V>(bytes);
        return values;
    }
}
