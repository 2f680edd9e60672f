using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MetaMirror.Storage;

/// <summary>Reads a <see cref="CheckpointContainer"/>: the checksum is verified before anything inside is looked at.</summary>
public static class CheckpointReader
{
    private const int HashBytes = 32;

    /// <summary>Reads one container from the stream's position to its end.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="kind">The kind expected.</param>
    /// <param name="version">The reader's version n; n and n - 1 are accepted.</param>
    /// <param name="limits">Limits; null for <see cref="CheckpointLimits.Default"/>.</param>
    /// <exception cref="StorageException">Not a checkpoint, damaged, truncated, of another kind or version, or beyond a limit.</exception>
    public static CheckpointContainer Read(Stream stream, string kind, int version, CheckpointLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= CheckpointLimits.Default;

        var frame = BoundedReading.Exactly(stream, CheckpointWriter.Magic.Length + sizeof(long), "checkpoint");
        if (!frame.AsSpan().StartsWith(CheckpointWriter.Magic))
        {
            throw new StorageException("checkpoint: expected the mark MMCK at its start, found other bytes (this is no checkpoint, or it is damaged)");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(frame.AsSpan(CheckpointWriter.Magic.Length));
        if (length < 0 || length > limits.MaxBytes)
        {
            throw new StorageException($"checkpoint is damaged: expected a body of at most {limits.MaxBytes} bytes, found {length} declared");
        }

        if (BoundedReading.Remaining(stream) is { } remaining && remaining != length + HashBytes)
        {
            throw new StorageException($"checkpoint is damaged: expected {length + HashBytes} more bytes, found {remaining}");
        }

        var body = BoundedReading.Exactly(stream, length, "checkpoint");
        var written = BoundedReading.Exactly(stream, HashBytes, "checkpoint");
        BoundedReading.End(stream, "checkpoint");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(frame);
        hash.AppendData(body);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(written))
        {
            throw new StorageException("checkpoint is damaged: expected its content to give the SHA-256 at its end, found another");
        }

        var container = new Body(body, limits).Parse();
        if (container.Kind != kind)
        {
            throw new StorageException($"checkpoint: expected kind '{kind}', found {Quoted.Text(container.Kind)}");
        }

        return container.Version <= version && container.Version >= version - 1
            ? container
            : throw new StorageException($"checkpoint '{kind}': expected version {version} or {version - 1}, found {container.Version}");
    }

    /// <summary>A cursor over a body whose checksum is right; it still trusts no length, since a checksum is no signature.</summary>
    private sealed class Body(byte[] bytes, CheckpointLimits limits)
    {
        private int at;

        public CheckpointContainer Parse()
        {
            var version = Int32("version");
            var kind = Text("kind");
            var count = Int32("number of sections");
            if (version < 1 || kind.Length == 0 || count < 0 || count > limits.MaxSections)
            {
                throw Malformed($"a version from 1, a kind, and at most {limits.MaxSections} sections", $"version {version}, kind {Quoted.Text(kind)}, {count} sections");
            }

            var sections = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < count; i++)
            {
                var name = Text("section name");
                if (!names.Add(name))
                {
                    throw Malformed("distinct section names", $"{Quoted.Text(name)} twice");
                }

                var length = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long), "section length").Span);
                sections.Add(KeyValuePair.Create(name, Take(length, "section")));
            }

            return at == bytes.Length ? new CheckpointContainer(kind, version, sections) : throw Malformed("the end of the body", $"{bytes.Length - at} more bytes");
        }

        private static StorageException Malformed(string expected, string found) => new($"checkpoint is malformed: expected {expected}, found {found}");

        private int Int32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int), what).Span);

        private string Text(string what)
        {
            try
            {
                return CheckpointWriter.StrictUtf8.GetString(Take(Int32(what), what).Span);
            }
            catch (DecoderFallbackException e)
            {
                throw new StorageException($"checkpoint is malformed: expected {what} in UTF-8, found other bytes", e);
            }
        }

        private ReadOnlyMemory<byte> Take(long length, string what)
        {
            if (length < 0 || length > bytes.Length - at)
            {
                throw Malformed($"{what} of at most {bytes.Length - at} bytes", $"{length} declared");
            }

            var taken = bytes.AsMemory(at, (int)length);
            at += (int)length;
            return taken;
        }
    }
}
