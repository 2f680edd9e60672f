using System.Diagnostics;

namespace MetaMirror.Storage;

/// <summary>Element types of the safetensors format, under the format's own names. All are little-endian.</summary>
public enum TensorElementType
{
    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>Names and sizes of <see cref="TensorElementType"/>.</summary>
internal static class TensorElementTypes
{
    private static readonly (string Name, TensorElementType Type, int Size)[] Table =
    [
        ("F64", TensorElementType.F64, 8),
        ("F32", TensorElementType.F32, 4),
        ("F16", TensorElementType.F16, 2),
        ("BF16", TensorElementType.BF16, 2),
        ("I64", TensorElementType.I64, 8),
        ("I32", TensorElementType.I32, 4),
        ("I16", TensorElementType.I16, 2),
        ("I8", TensorElementType.I8, 1),
        ("U64", TensorElementType.U64, 8),
        ("U32", TensorElementType.U32, 4),
        ("U16", TensorElementType.U16, 2),
        ("U8", TensorElementType.U8, 1),
        ("BOOL", TensorElementType.Bool, 1),
    ];

    public static string AllNames { get; } = string.Join(", ", Table.Select(row => row.Name));

    public static string NameOf(TensorElementType type) => Row(type).Name;

    public static int SizeOf(TensorElementType type) => Row(type).Size;

    public static bool IsDefined(TensorElementType type) => (uint)type < (uint)Table.Length;

    public static bool TryParse(string name, out TensorElementType type)
    {
        foreach (var row in Table)
        {
            if (row.Name == name)
            {
                type = row.Type;
                return true;
            }
        }

        type = default;
        return false;
    }

    private static (string Name, TensorElementType Type, int Size) Row(TensorElementType type)
    {
        // The table is written in the order of the enumeration.
        var row = Table[(int)type];
        Debug.Assert(row.Type == type, "Table order differs from the enumeration.");
        return row;
    }
}
