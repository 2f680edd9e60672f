using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tests.Readers;
using MetaMirror.Numerics;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>
/// Damaged and forged files: each is read, or refused by the reader's own exception, within bounded memory and a bounded number of reads.
/// 10,000 files in all; METAMIRROR_TEST_SCALE multiplies them. A failure names the file's number, which makes it again.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const int FilesPerFormat = 2500;
    private const long MostAllocated = 64L << 20;
    internal const ulong Seed = 20260101;

    internal static int Files => (int)(FilesPerFormat * double.Parse(Environment.GetEnvironmentVariable("METAMIRROR_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture));

    [Fact]
    public void Idx_files()
    {
        byte[][] files =
        [
            IdxBytes.Of(IdxBytes.Pattern(50), 50),
            IdxBytes.Of(IdxBytes.Pattern(6 * 25), 6, 5, 5),
            IdxBytes.Of(IdxBytes.Pattern(2 * 48), 2, 4, 4, 3),
        ];
        var labels = IdxReader.Read(new MemoryStream(IdxBytes.Of(new byte[6], 6)), "labels");
        Fuzz<DataFormatException>(1, files, IdxBytes.Gzip, stream =>
        {
            var read = IdxReader.Read(stream, "f");
            Assert.Equal(read.Dimensions.ToArray().Aggregate(1, (p, d) => p * d), read.Data.Length);
            _ = ImageFiles.Join<float>("s", "f", read, "labels", labels);
        });
    }

    [Fact]
    public void Csv_files()
    {
        byte[][] files =
        [
            Encoding.UTF8.GetBytes("a,b,class\n1,2.5,0\n-3,4e-1,1\n5,6,0\n"),
            Encoding.UTF8.GetBytes("1;2;yes\r\n\"3\";4;\"no \"\"way\"\"\"\r\n"),
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"{i}\t{i * 0.5}\t{i % 3}\n"))),
        ];
        CsvOptions[] options = [new(), new() { Target = TargetKind.Regression }, new() { Header = true }, new() { Header = false, TargetIndex = 0 }];
        Fuzz<DataFormatException>(2, files, IdxBytes.Gzip, stream =>
        {
            var table = CsvReader.Read(stream, "f", options[stream.Length % options.Length]);
            Assert.Equal(table.Rows, table.ToDataset<double>("s").Count);
            _ = table.ToDataset<float>("s");
        });
    }

    [Fact]
    public void Safetensors_files()
    {
        byte[][] files =
        [
            Safetensors([TensorEntry.From<float>("0.weight", [1, 2, 3, 4, 5, 6], 2, 3), TensorEntry.From<double>("0.bias", [1, 2], 2)], [new("format", "1"), new("plan", "{\"a\":1}")]),
            Safetensors([TensorEntry.From("n", [5L], 1), TensorEntry.From("u", new byte[13], 13), TensorEntry.From<float>("e", [], 0, 7)], []),
        ];
        Fuzz<StorageException>(3, files, WithHeaderLength, stream =>
        {
            var read = SafetensorsReader.Read(stream);
            var again = SafetensorsReader.Read(new MemoryStream(Safetensors(read.Tensors, read.Metadata)));
            Assert.Equal(read.Tensors.Select(t => t.Name), again.Tensors.Select(t => t.Name));
            Assert.All(read.Tensors, t => Assert.Equal(t.Data.ToArray(), again.Tensor(t.Name).Data.ToArray()));
        });
    }

    [Fact]
    public void Checkpoint_files()
    {
        using var made = new MemoryStream();
        CheckpointWriter.Write(made, new CheckpointContainer("run", 2, [new("theta", new byte[40]), new("state", new byte[] { 1, 2, 3 }), new("", default)]));
        byte[][] files = [made.ToArray()];
        Fuzz<StorageException>(4, files, WithChecksum, stream => Assert.InRange(CheckpointReader.Read(stream, "run", 2).Version, 1, 2));
    }

    [Fact]
    public void A_damaged_checkpoint_is_never_read_unless_its_checksum_was_forged()
    {
        using var made = new MemoryStream();
        CheckpointWriter.Write(made, new CheckpointContainer("run", 1, [new("theta", new byte[40])]));
        var file = made.ToArray();
        for (uint i = 0; i < 500; i++)
        {
            var draws = new RandomStream(new StreamKey(Seed, i, 5, StreamPurpose.Test, 0));
            var mutated = Mutation.Of(file, ref draws);
            if (!mutated.AsSpan().SequenceEqual(file))
            {
                Assert.Throws<StorageException>(() => CheckpointReader.Read(new MemoryStream(mutated), "run", 1));
            }
        }
    }

    internal static void Fuzz<TError>(uint format, byte[][] files, Func<byte[], byte[]> seal, Action<Stream> read)
        where TError : Exception
    {
        var accepted = 0;
        var refused = 0;
        for (uint i = 0; i < Files; i++)
        {
            var draws = new RandomStream(new StreamKey(Seed, i, format, StreamPurpose.Test, 0));
            var mutated = Mutation.Of(files[draws.NextBounded((uint)files.Length)], ref draws);

            // Sealing repairs what guards the content (checksum, gzip, header length), so that damage reaches the parser behind it;
            // a mutation after it damages the guard.
            mutated = draws.NextBounded(4) switch
            {
                0 => mutated,
                3 => Mutation.Of(seal(mutated), ref draws),
                _ => seal(mutated),
            };
            if (Accepts<TError>(mutated, seekable: draws.NextBounded(2) == 0, $"file {i} of format {format}", read))
                accepted++;
            else
                refused++;
        }

        // Both outcomes must occur, else the mutations are too wild or too tame.
        Assert.True(accepted > Files / 100 && refused > Files / 4, $"{accepted} accepted, {refused} refused");
    }

    /// <summary>Whether a damaged file is read all the same; if it is not, then by the reader's own exception and a short message.</summary>
    internal static bool Accepts<TError>(byte[] file, bool seekable, string number, Action<Stream> read)
        where TError : Exception
    {
        using var stream = new CountedStream(file, seekable);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var accepted = false;
        try
        {
            read(stream);
            accepted = true;
        }
        catch (TError error)
        {
            Assert.Contains("expected", error.Message, StringComparison.Ordinal);
            // The longest one lists every kind of update rule.
            Assert.InRange(error.Message.Length, 1, 1000);
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{number}: expected {typeof(TError).Name} or success, found {error} on {Convert.ToHexString(file)}");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
        return accepted;
    }

    private static byte[] Safetensors(IReadOnlyList<TensorEntry> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    /// <summary>Sets the header length to where the last brace and the padding after it end.</summary>
    internal static byte[] WithHeaderLength(byte[] file)
    {
        var end = Array.LastIndexOf(file, (byte)'}') + 1;
        while (end < file.Length && file[end] == ' ')
        {
            end++;
        }

        var sealedFile = (byte[])file.Clone();
        if (end > 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(sealedFile, end - 8);
        }

        return sealedFile;
    }

    /// <summary>Sets the body length and the checksum right.</summary>
    private static byte[] WithChecksum(byte[] file)
    {
        if (file.Length < 44)
        {
            return file;
        }

        byte[] frame = [.. "MMCK"u8, .. BitConverter.GetBytes((long)(file.Length - 44)), .. file[12..^32]];
        return [.. frame, .. SHA256.HashData(frame)];
    }
}
