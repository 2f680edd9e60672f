namespace MetaMirror.Experiments.Plans;

/// <summary>Texts that come inside this assembly.</summary>
internal static class EmbeddedText
{
    public static string Read(string resource)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"Expected the embedded resource '{resource}', found none: this build is incomplete.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static IEnumerable<string> Names(string folder, string ending) => typeof(EmbeddedText).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(folder, StringComparison.Ordinal) && n.EndsWith(ending, StringComparison.Ordinal))
        .Select(n => n[folder.Length..^ending.Length]);
}
