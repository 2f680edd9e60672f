using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MetaMirror.Storage;

/// <summary>Vectors as little-endian bytes inside checkpoints: the same bits come back.</summary>
internal static class ElementBytes
{
    public static string NameOf<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float) ? "float32" : "float64";

    /// <exception cref="StorageException">The file holds another element type.</exception>
    public static void RequireType<T>(string found, string what)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (found != NameOf<T>())
            throw new StorageException($"{what}: expected element type {NameOf<T>()}, found {Quoted.Text(found)}");
    }

    public static byte[] OfText(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Of<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        Swap<T>(bytes);
        return bytes;
    }

    /// <exception cref="StorageException">The number of bytes is another.</exception>
    public static void CopyTo<T>(ReadOnlySpan<byte> bytes, Span<T> values, string what)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<byte> destination = MemoryMarshal.AsBytes(values);
        if (bytes.Length != destination.Length)
            throw new StorageException($"{what}: expected {values.Length} values in {destination.Length} bytes, found {bytes.Length} bytes");
        bytes.CopyTo(destination);
        Swap<T>(destination);
    }

    /// <summary>Values of a section whose length the section itself tells.</summary>
    /// <exception cref="StorageException">The bytes are no whole number of values.</exception>
    public static T[] ToArray<T>(ReadOnlySpan<byte> bytes, string what)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var values = new T[bytes.Length / Unsafe.SizeOf<T>()];
        CopyTo(bytes, values.AsSpan(), what);
        return values;
    }

    private static void Swap<T>(Span<byte> bytes)
    {
        if (BitConverter.IsLittleEndian)
            return;
        for (int i = 0; i < bytes.Length; i += Unsafe.SizeOf<T>())
            bytes.Slice(i, Unsafe.SizeOf<T>()).Reverse();
    }
}
