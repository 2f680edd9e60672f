using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MetaMirror.Storage;

/// <summary>Writes a <see cref="CheckpointContainer"/>. The same container gives the same bytes.</summary>
public static class CheckpointWriter
{
    internal static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static ReadOnlySpan<byte> Magic => "MMCK"u8;

    /// <summary>Writes one container.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <param name="container">What to write.</param>
    /// <exception cref="ArgumentException">A name is no valid Unicode.</exception>
    public static void Write(Stream stream, CheckpointContainer container)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(container);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }

        void PutInt32(int value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            Put(bytes);
        }

        void PutInt64(long value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Put(bytes);
        }

        void PutText(byte[] text)
        {
            PutInt32(text.Length);
            Put(text);
        }

        // All texts are encoded before the first byte is written, so that a bad name leaves nothing half-written.
        var kind = StrictUtf8.GetBytes(container.Kind);
        var names = container.Sections.Select(s => StrictUtf8.GetBytes(s.Key)).ToList();
        var length = (3L * sizeof(int)) + kind.Length;
        for (var i = 0; i < names.Count; i++)
        {
            length += sizeof(int) + names[i].Length + sizeof(long) + container.Sections[i].Value.Length;
        }

        Put(Magic);
        PutInt64(length);
        PutInt32(container.Version);
        PutText(kind);
        PutInt32(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var bytes = container.Sections[i].Value.Span;
            PutText(names[i]);
            PutInt64(bytes.Length);
            Put(bytes);
        }

        stream.Write(hash.GetHashAndReset());
    }
}
