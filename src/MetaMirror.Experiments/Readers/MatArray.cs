namespace MetaMirror.Experiments.Readers;

/// <summary>A numeric array of a MATLAB file, as far as it was read: columns first, the last dimension slowest.</summary>
/// <param name="Name">Name of the variable.</param>
/// <param name="Dimensions">As the file declares them.</param>
/// <param name="Type">How the numbers are stored.</param>
/// <param name="Data">The stored bytes, of the first items of the last dimension.</param>
internal sealed record MatArray(string Name, int[] Dimensions, MatType Type, byte[] Data);

/// <summary>Number types of MATLAB 5 files (those that SVHN's can have).</summary>
internal enum MatType
{
    Int8 = 1,
    UInt8 = 2,
    Int16 = 3,
    UInt16 = 4,
    Int32 = 5,
    UInt32 = 6,
    Double = 9,
    Matrix = 14,
    Compressed = 15,
}
