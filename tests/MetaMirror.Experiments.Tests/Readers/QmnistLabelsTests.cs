using System.Buffers.Binary;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Tests.Readers;

public sealed class QmnistLabelsTests
{
    [Fact]
    public void The_first_column_is_the_digit()
    {
        byte[] bytes = Labels(3, 9, 0);
        foreach (Stream stream in new Stream[] { new MemoryStream(bytes), new OneWay(bytes), new MemoryStream(IdxBytes.Gzip(bytes)) })
            Assert.Equal([3, 9, 0], QmnistLabels.Read(stream, "f").Data.ToArray());
        IdxArray part = QmnistLabels.Read(new MemoryStream(bytes), "f", 2);
        Assert.Equal((2, 3), (part.Count, part.Declared));
    }

    [Fact]
    public void Broken_files_are_refused()
    {
        Refused("found only 3 bytes", [0, 0, 12]);
        Refused("f: expected IDX of 32-bit integers, N x 8", IdxBytes.Of([1, 2], 2, 1));
        Refused("f: expected 96 bytes for 3 x 8, found 95", Labels(1, 2, 3)[..^1]);
        Refused("f, byte 44: expected a label from 0 to 9, found 10 at example 1", Labels(1, 10));
        Refused("found -1 at example 0", Labels(-1));
        Refused("more", IdxBytes.Gzip([.. Labels(1), 0]));
        Refused("a compressed file that cannot hold more", IdxBytes.Gzip([0, 0, 12, 2, 0x02, 0, 0, 0, 0, 0, 0, 8]));
        Refused("4294967295 declared", [0, 0, 12, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 8]);
    }

    private static void Refused(string message, byte[] bytes) =>
        Assert.Contains(message, Assert.Throws<DataFormatException>(() => QmnistLabels.Read(new MemoryStream(bytes), "f")).Message, StringComparison.Ordinal);

    private static byte[] Labels(params int[] digits)
    {
        var bytes = new byte[12 + (32 * digits.Length)];
        bytes[2] = 12;
        bytes[3] = 2;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), digits.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), 8);
        for (int i = 0; i < digits.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12 + (32 * i)), digits[i]);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16 + (32 * i)), 77);
        }

        return bytes;
    }
}
