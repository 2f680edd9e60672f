using System.Text;

namespace MetaMirror.Experiments.Readers;

/// <summary>The lines of a UTF-8 text file, one at a time in one buffer, each and all together within a limit.</summary>
internal sealed class TextLines(ByteSource source, string file, int maxLineBytes, long maxBytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] buffer = new byte[1 << 16];
    private byte[] line = new byte[256];
    private char[] text = [];
    private int at;
    private int end;
    private long total;

    /// <summary>Number of the current line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>File and line, for messages.</summary>
    public string Here => $"{file}, line {Number}";

    /// <summary>Reads the next line, without its end; false after the last.</summary>
    /// <exception cref="DataFormatException">A limit is passed, or the line is no plain UTF-8 text.</exception>
    public bool TryNext(out ReadOnlySpan<char> next)
    {
        Number++;
        var length = 0;
        while (true)
        {
            if (at == end)
            {
                at = 0;
                end = source.Read(buffer);
                total += end;
                if (total > maxBytes)
                {
                    throw new DataFormatException(file, $"at most {maxBytes} bytes of text", "more");
                }

                if (end == 0)
                {
                    next = Decode(line.AsSpan(0, length));
                    return length > 0;
                }
            }

            var rest = buffer.AsSpan(at, end - at);
            var newline = rest.IndexOf((byte)'\n');
            var part = newline < 0 ? rest : rest[..newline];
            Append(part, ref length);
            at += newline < 0 ? part.Length : part.Length + 1;
            if (newline >= 0)
            {
                next = Decode(line.AsSpan(0, length));
                return true;
            }
        }
    }

    private void Append(ReadOnlySpan<byte> part, ref int length)
    {
        if (length + (long)part.Length > maxLineBytes)
        {
            throw new DataFormatException(Here, $"at most {maxLineBytes} bytes in a line", "more");
        }

        if (length + part.Length > line.Length)
        {
            Array.Resize(ref line, Math.Max(length + part.Length, 2 * line.Length));
        }

        part.CopyTo(line.AsSpan(length));
        length += part.Length;
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> bytes)
    {
        if (Number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes is [.., (byte)'\r'])
        {
            bytes = bytes[..^1];
        }

        // UTF-8 never decodes to more characters than bytes.
        if (text.Length < bytes.Length)
        {
            text = new char[Math.Max(bytes.Length, 2 * text.Length)];
        }

        int count;
        try
        {
            count = StrictUtf8.GetChars(bytes, text);
        }
        catch (DecoderFallbackException e)
        {
            throw new DataFormatException(Here, "UTF-8 text", "other bytes", e);
        }

        var decoded = text.AsSpan(0, count);
        foreach (var c in decoded)
        {
            if (char.IsControl(c) && c != '\t')
            {
                throw new DataFormatException(Here, "plain text with lines ended by LF or CR LF", $"control character U+{(int)c:X4}");
            }
        }

        return decoded;
    }
}
