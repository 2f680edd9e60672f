using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Fuzzing;

/// <summary>Damages a file in one of the ways files get damaged, or forged.</summary>
internal static class Mutation
{
    private static readonly ulong[] Lengths =
        [0, 1, 2, 7, 8, 255, 256, 0x7fff, 0xffff, 0x10000, 1 << 24, int.MaxValue - 56, int.MaxValue, 1u << 31, uint.MaxValue, 1ul << 32, 1ul << 40, long.MaxValue, 1ul << 63, ulong.MaxValue];

    private static readonly string[] Words =
        ["NaN", "inf", "-1", "1e999", "99999999999999999999", "0", "\"", "\"\"", ",", ";", "\t", "\n", "\r", "\n\n", "{", "}", "[", "]", ":", "null", "true", "\\ud800", "\\u0000", " ", "\0", "é", "\"dtype\"", "\"a\""];

    /// <summary>A damaged copy, by one to three mutations.</summary>
    public static byte[] Of(byte[] file, ref RandomStream draws)
    {
        var mutated = (byte[])file.Clone();
        var count = 1 + draws.NextBounded(3);
        for (var i = 0; i < count; i++)
        {
            mutated = One(mutated, ref draws);
        }

        return mutated;
    }

    private static byte[] One(byte[] file, ref RandomStream draws)
    {
        var at = At(file, ref draws);
        switch (draws.NextBounded(10))
        {
            case 0:
            case 1:
                if (file.Length > 0)
                {
                    file[at] ^= (byte)(1 << (int)draws.NextBounded(8));
                }

                return file;
            case 2:
                return file[..at];
            case 3:
                return [.. file[..at], .. Bytes(1 + (int)draws.NextBounded(16), ref draws), .. file[at..]];
            case 4:
                return [.. file[..at], .. file[Math.Min(file.Length, at + 1 + (int)draws.NextBounded(16))..]];
            case 5:
                return Length(file, at, ref draws);
            case 6:
                // Lengths stand at the start of binary files.
                return Length(file, Math.Min(at, (int)draws.NextBounded(24)), ref draws);
            case 7:
                return Number(file, ref draws);
            case 8:
                return [.. file[..at], .. Encoding.UTF8.GetBytes(Words[draws.NextBounded((uint)Words.Length)]), .. file[at..]];
            default:
                var header = Bytes((int)draws.NextBounded(24), ref draws);
                return [.. header, .. file[Math.Min(file.Length, header.Length)..]];
        }
    }

    private static int At(byte[] file, ref RandomStream draws) => file.Length == 0 ? 0 : (int)draws.NextBounded((uint)file.Length);

    private static byte[] Bytes(int count, ref RandomStream draws)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = (byte)draws.NextUInt32();
        }

        return bytes;
    }

    /// <summary>Overwrites 4 or 8 bytes by a length that is small, large, or wraps, in either byte order.</summary>
    private static byte[] Length(byte[] file, int at, ref RandomStream draws)
    {
        var length = Lengths[draws.NextBounded((uint)Lengths.Length)];
        var field = new byte[8];
        if (draws.NextBounded(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(field, length);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(field, length);
        }

        var size = draws.NextBounded(2) == 0 ? 4 : 8;
        var used = size == 4 && field[7] != 0 ? field.AsSpan(4) : field.AsSpan(0, size);
        used[..Math.Min(used.Length, file.Length - at)].CopyTo(file.AsSpan(at));
        return file;
    }

    /// <summary>Replaces a decimal number in the text by a length.</summary>
    private static byte[] Number(byte[] file, ref RandomStream draws)
    {
        var start = Array.FindIndex(file, At(file, ref draws), b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
        {
            return file;
        }

        var end = start;
        while (end < file.Length && file[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        var number = Lengths[draws.NextBounded((uint)Lengths.Length)].ToString(CultureInfo.InvariantCulture);
        return [.. file[..start], .. Encoding.ASCII.GetBytes(number), .. file[end..]];
    }
}
