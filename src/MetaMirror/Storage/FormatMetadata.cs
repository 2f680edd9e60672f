using System.Globalization;

namespace MetaMirror.Storage;

/// <summary>What our safetensors files say of themselves: which kind of file, which version of its format.</summary>
internal static class FormatMetadata
{
    private const string KindKey = "format";
    private const string VersionKey = "format_version";
    private const string Prefix = "metamirror-";

    public static KeyValuePair<string, string>[] Head(string kind, string version) => [new(KindKey, Prefix + kind), new(VersionKey, version)];

    /// <exception cref="StorageException">The file is of another kind or version.</exception>
    public static void Check(SafetensorsFile file, string kind, string version, string what) => Check(file, kind, [version], what);

    /// <param name="file">The file.</param>
    /// <param name="kind">What it should be.</param>
    /// <param name="versions">Versions that are read, the present one first.</param>
    /// <param name="what">What it should be, in words.</param>
    /// <returns>The version found.</returns>
    /// <exception cref="StorageException">The file is of another kind or version.</exception>
    public static string Check(SafetensorsFile file, string kind, string[] versions, string what)
    {
        string? foundKind = file.FindValue(KindKey);
        if (foundKind != Prefix + kind)
            throw new StorageException($"{what}: expected the metadata 'format' to be '{Prefix}{kind}', found {(foundKind is null ? "none" : Quoted.Text(foundKind))}");
        string found = file.Value(VersionKey);
        return versions.Contains(found, StringComparer.Ordinal)
            ? found
            : throw new StorageException($"{what}: expected format version {string.Join(" or ", versions)}, found {Quoted.Text(found)} (written by another version of this library?)");
    }

    /// <exception cref="StorageException">It is missing or no whole number from <paramref name="least"/>.</exception>
    public static int Integer(SafetensorsFile file, string key, int least) => (int)Long(file, key, least, int.MaxValue);

    /// <exception cref="StorageException">It is missing or no whole number in the range.</exception>
    public static long Long(SafetensorsFile file, string key, long least, long most = long.MaxValue)
    {
        string text = file.Value(key);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most
            ? value
            : throw new StorageException($"metadata {key}: expected a whole number from {least} to {most}, found {Quoted.Text(text)}");
    }
}
