using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>
/// A learned optimizer as safetensors: one tensor per meta-parameter (natural values), the constants of the rule, and string metadata in a
/// fixed order. Nothing in it tells of threads, time, machine or folder.
/// </summary>
internal static class LearnedOptimizerFile
{
    private const string Kind = "learned-optimizer";
    private const string Version = "1";
    private const string Digest = "tensors_sha256";

    public static void Write<T>(Stream stream, LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (string rule, IReadOnlyList<TensorEntry> constants) = RuleCodec<T>.Write(learned.Rule, learned.Layout);
        var tensors = new List<TensorEntry>();
        int offset = 0;
        foreach (MetaParameterSpec<T> spec in learned.Rule.MetaSpecs(learned.Layout))
        {
            tensors.Add(TensorEntry.From(spec.Name, learned.Natural.AsSpan(offset, spec.Length), [.. spec.Shape.Select(size => (long)size)]));
            offset += spec.Length;
        }

        TensorEntry[] all = [.. tensors, .. constants];
        KeyValuePair<string, string>[] metadata =
        [
            .. FormatMetadata.Head(Kind, Version),
            new("name", learned.Name),
            .. RuleSummary.Of(learned),
            new("steps", learned.Steps.ToString(CultureInfo.InvariantCulture)),
            new("rule", rule),
            new("layout", LayoutJson.Write(learned.Layout)),
            new("recipe", learned.Recipe),
            new("recipe_sha256", learned.RecipeHash),
            new("license", learned.License),
            new("learnedFrom", learned.LearnedFrom),
            new("certificate", learned.Certificate),
            new(Digest, DigestOf(all)),
        ];
        SafetensorsWriter.Write(stream, all, metadata);
    }

    public static LearnedOptimizer<T> Read<T>(Stream stream, SafetensorsLimits? limits)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        SafetensorsFile file = SafetensorsReader.Read(stream, limits);
        FormatMetadata.Check(file, Kind, Version, "learned optimizer");
        ParameterLayout layout = LayoutJson.Read(file.Value("layout"));
        var tensors = new RuleTensors<T>(file, layout);
        UpdateRule<T> rule = RuleCodec<T>.Read(file.Value("rule"), tensors);
        ImmutableArray<T> natural;
        try
        {
            IReadOnlyList<MetaParameterSpec<T>> specs = rule.MetaSpecs(layout);
            natural = [.. tensors.Natural(specs)];

            // Refuses starts that the rule itself doesn't check; after the tensors, whose presence bounds what the starts take.
            _ = new MetaParameters<T>([], specs, []);
            if (MetaValues.Problem(specs, natural.AsSpan()) is { } wrong)
                throw new StorageException(wrong);
        }
        catch (ArgumentException e)
        {
            throw new StorageException($"rule: expected one that fits the layout, found another: {Quoted.Sentence(e.Message)}", e);
        }

        tensors.Done();
        if (file.FindValue(Digest) is { } digest && !string.Equals(digest, DigestOf(file.Tensors), StringComparison.OrdinalIgnoreCase))
            throw new StorageException($"learned optimizer, {Digest}: expected the hash of the tensors, found another: the file is damaged");
        string recipe = Recipe(file);
        string name = file.Value("name");
        if (name.Length == 0)
            throw new StorageException("learned optimizer, name: expected a name, found none");
        try
        {
            return new LearnedOptimizer<T>(name, rule, natural, layout, FormatMetadata.Integer(file, "steps", 1))
            {
                Recipe = recipe,
                License = file.Value("license"),
                LearnedFrom = file.Value("learnedFrom"),
                Certificate = file.Value("certificate"),
            };
        }
        catch (ArgumentException e)
        {
            throw new StorageException($"learned optimizer: expected content without contradictions, found: {Quoted.Sentence(e.Message)}", e);
        }
    }

    private static string Recipe(SafetensorsFile file)
    {
        string recipe = file.Value("recipe"), found = file.Value("recipe_sha256");
        string expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)));
        return found == expected
            ? recipe
            : throw new StorageException($"recipe_sha256: expected {expected}, the hash of the recipe in the file, found {Quoted.Text(found)}: recipe or hash were changed");
    }

    /// <summary>SHA-256 of the tensors' bytes in the order of their names, so that a flipped bit is seen; optional in files made elsewhere.</summary>
    private static string DigestOf(IEnumerable<TensorEntry> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TensorEntry tensor in tensors.OrderBy(t => t.Name, StringComparer.Ordinal))
            hash.AppendData(tensor.Data);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
