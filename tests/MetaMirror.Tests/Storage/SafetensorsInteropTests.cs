using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

/// <summary>Our files read by others: a numpy reader where numpy is to be had, and always a minimal parser in this test.</summary>
public sealed class SafetensorsInteropTests
{
    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"];

    [Fact]
    public void An_independent_reader_finds_what_was_written()
    {
        var bytes = SafetensorsWriterTests.Bytes(SafetensorsWriterTests.Sample, SafetensorsWriterTests.Metadata);
        Compare(Minimal(bytes));
        if (Pythons.FirstOrDefault(p => Run(p, "-c", "import numpy") is not null) is not { } python)
        {
            return;
        }

        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, bytes);
            var output = Run(python, RepositoryFiles.PathOf("tests", "interop", "read_safetensors.py"), file);
            Assert.NotNull(output);
            Compare(JsonDocument.Parse(output));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Compare(JsonDocument found)
    {
        var metadata = found.RootElement.GetProperty("metadata").EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!));
        Assert.Equal(SafetensorsWriterTests.Metadata, metadata);
        var tensors = found.RootElement.GetProperty("tensors").EnumerateArray().ToList();
        Assert.Equal(SafetensorsWriterTests.Sample.Length, tensors.Count);
        foreach (var (written, read) in SafetensorsWriterTests.Sample.Zip(tensors))
        {
            Assert.Equal(written.Name, read.GetProperty("name").GetString());
            Assert.Equal(written.Type.ToString(), read.GetProperty("dtype").GetString());
            Assert.Equal(written.Shape.ToArray(), read.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()));
            var values = read.GetProperty("values").EnumerateArray().ToList();
            switch (written.Type)
            {
                case TensorElementType.F32:
                    Assert.Equal(written.ToSingles(), values.Select(v => (float)v.GetDouble()));
                    break;
                case TensorElementType.F64:
                    Assert.Equal(written.ToDoubles().Select(BitConverter.DoubleToInt64Bits), values.Select(v => BitConverter.DoubleToInt64Bits(v.GetDouble())));
                    break;
                case TensorElementType.I64:
                    Assert.Equal(written.ToInt64s(), values.Select(v => v.GetInt64()));
                    break;
                default:
                    Assert.Equal(written.Data.ToArray(), values.Select(v => v.GetByte()));
                    break;
            }
        }
    }

    /// <summary>The format's description in a few lines, sharing no code with the reader under test; the same document as the script prints.</summary>
    private static JsonDocument Minimal(byte[] bytes)
    {
        var n = (int)BitConverter.ToInt64(bytes, 0);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, n));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WritePropertyName("metadata");
            header.RootElement.GetProperty("__metadata__").WriteTo(json);
            json.WriteStartArray("tensors");
            foreach (var tensor in header.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
            {
                var begin = 8 + n + tensor.Value.GetProperty("data_offsets")[0].GetInt32();
                var end = 8 + n + tensor.Value.GetProperty("data_offsets")[1].GetInt32();
                var data = bytes.AsSpan(begin, end - begin);
                var type = tensor.Value.GetProperty("dtype").GetString()!;
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteString("dtype", type);
                json.WritePropertyName("shape");
                tensor.Value.GetProperty("shape").WriteTo(json);
                json.WriteStartArray("values");
                foreach (var value in Values(type, data))
                {
                    json.WriteRawValue(value);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return JsonDocument.Parse(stream.ToArray());
    }

    private static List<string> Values(string type, ReadOnlySpan<byte> data)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        return type switch
        {
            "F32" => [.. MemoryMarshal.Cast<byte, float>(data).ToArray().Select(v => v.ToString("R", culture))],
            "F64" => [.. MemoryMarshal.Cast<byte, double>(data).ToArray().Select(v => v.ToString("R", culture))],
            "I64" => [.. MemoryMarshal.Cast<byte, long>(data).ToArray().Select(v => v.ToString(culture))],
            _ => [.. data.ToArray().Select(v => v.ToString(culture))],
        };
    }

    /// <summary>Standard output, or null where the program is not there or fails.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            errors.Wait();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
