using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MetaMirror.Experiments.Checkpoints;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Storage;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>The finished parts of a comparison as files in a folder, one for each held-out task: what was done survives Ctrl-C, a crash, a power cut.</summary>
/// <param name="folder">The folder of the files; made when the first is written.</param>
/// <param name="plan">The plan that is compared on.</param>
/// <param name="seed">Master seed.</param>
/// <param name="program">Version of the program; what follows a '+' tells builds apart and is not looked at.</param>
public sealed class ComparisonCheckpoints(string folder, Plan plan, ulong seed, string program)
{
    /// <summary>Name of the folder, in that of the results.</summary>
    public const string FolderName = "checkpoint";

    private const string Ending = ".json", Before = "-before", Together = "held-out-together";
    private const int HashDigits = 12;

    private readonly string _program = program.Split('+')[0];

    /// <summary>SHA-256 of the plan with all defaults written out.</summary>
    public string PlanHash { get; } = Hash(PlanJson.ToText(plan));

    /// <summary>The part of these held-out tasks, if it was done.</summary>
    /// <param name="heldOut">Names of the tasks.</param>
    /// <param name="data">What there is of the plan's data sets now.</param>
    /// <exception cref="StorageException">There is a file, of another plan, seed, program or other data, or a damaged one; the message names it, what was expected and what was found.</exception>
    public ComparisonPart? Find(IReadOnlyList<string> heldOut, IReadOnlyList<DataUse> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        string path = PathOf(heldOut);
        if (!File.Exists(path))
            return null;
        ComparisonCheckpoint found;
        try
        {
            found = ComparisonCheckpoint.Read(File.ReadAllText(path));
        }
        catch (JsonException damage)
        {
            throw new StorageException($"checkpoint '{path}': expected a finished part of a comparison, found a damaged file; delete it to have that part done again", damage);
        }

        (string Expected, string Found)? differs =
            found.Format != ComparisonCheckpoint.CurrentFormat ? ($"format {Text(ComparisonCheckpoint.CurrentFormat)}", $"format {Text(found.Format)}")
            : found.PlanHash != PlanHash ? ($"one of the plan '{plan.Name}' ({PlanHash[..HashDigits]})", $"one of the plan '{found.Plan}' ({Short(found.PlanHash)})")
            : found.Seed != seed ? ($"one of the plan '{plan.Name}' with seed {seed}", $"one of the plan '{found.Plan}' with seed {found.Seed}")
            : found.Program != _program ? ($"one of version {_program}", $"one of version {found.Program}")
            : !found.Part.HeldOut.SequenceEqual(heldOut, StringComparer.Ordinal) ? ($"held-out {string.Join(", ", heldOut)}", string.Join(", ", found.Part.HeldOut))
            : OtherData(found.Part, data);
        return differs is var (expected, instead)
            ? throw new StorageException($"--resume: expected checkpoint '{path}' to be {expected}, found {instead}; go on with what it was made by, or leave out --resume, or give another --out")
            : found.Part;
    }

    /// <summary>Writes a finished part.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(ComparisonPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        Directory.CreateDirectory(folder);
        string text = new ComparisonCheckpoint(ComparisonCheckpoint.CurrentFormat, _program, plan.Name, PlanHash, seed, part).ToText();
        AtomicFile.Write(PathOf(part.HeldOut), stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")));
    }

    /// <summary>Sets the parts of an earlier run aside, so that they are neither mixed with new ones nor lost; those set aside before go.</summary>
    /// <returns>Where they lie now; null if there were none.</returns>
    /// <exception cref="IOException">They cannot be moved.</exception>
    public string? SetAside()
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*" + Ending).Any())
            return null;
        string aside = folder + Before;
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true);
        Directory.Move(folder, aside);
        return aside;
    }

    /// <summary>The first data set whose files are others now than when the part was done.</summary>
    private static (string Expected, string Found)? OtherData(ComparisonPart part, IReadOnlyList<DataUse> data)
    {
        foreach (DataUse now in data)
        {
            DataUse? then = part.Result.Data.FirstOrDefault(d => d.Dataset == now.Dataset);
            DataFileUse? changed = now.Files.FirstOrDefault(f => then is null || !then.Files.Contains(f)) ?? then!.Files.FirstOrDefault(f => !now.Files.Contains(f));
            if (changed is not null)
                return ($"one of data set '{now.Dataset}' as it is now ({now.Contents})", then is null ? "one that has not read it" : $"one of another '{changed.File}' ({then.Contents})");
        }

        return null;
    }

    private string PathOf(IReadOnlyList<string> heldOut)
    {
        string name = heldOut.Count == 1 ? heldOut[0] : Together;
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));

        // Two names that differ in other characters must not share a file.
        return Path.Combine(folder, (safe == name ? name : $"{safe}-{Hash(name)[..HashDigits]}") + Ending);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Short(string hash) => hash.Length > HashDigits ? hash[..HashDigits] : hash;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
