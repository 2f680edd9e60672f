using System.Globalization;
using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>The few facts about a learned rule that a person looks for in a file; written for them, never read back.</summary>
internal static class RuleSummary
{
    public static IEnumerable<KeyValuePair<string, string>> Of<T>(LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        UpdateRule<T> running = learned.Rule is AveragedIterates<T> averaged ? averaged.Rule : learned.Rule;
        UpdateRule<T>[] parts = running is Chain<T> chain ? [.. chain.Members] : [running];
        yield return new("divergence", running.Mirror(learned.Layout)?.Divergence.Name
            ?? (Array.Exists(parts, p => p is TrackedBasis<T>) ? "adaptive diagonal in a tracked basis"
                : Array.Exists(parts, p => p is LearnedBasis<T>) ? "adaptive diagonal in a learned basis" : "none"));
        yield return new("step_size", Value(learned, "learning_rate") ?? "none");
        yield return new("momentum", Value(learned, "momentum") ?? Value(learned, "beta1") ?? "0");
        string[] schedules = [.. parts.Where(p => p is Schedule<T>).Select(p => p.Name)];
        if (running != learned.Rule)
            yield return new("deployed", "the average of the run's iterates");
        yield return new("schedule", schedules.Length == 0 ? "constant" : string.Join(" > ", schedules));
    }

    /// <summary>The learned value of the last scalar of this name, whatever member of a chain has it.</summary>
    private static string? Value<T>(LearnedOptimizer<T> learned, string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string? found = null;
        int offset = 0;
        foreach (MetaParameterSpec<T> spec in learned.Rule.MetaSpecs(learned.Layout))
        {
            if (spec.Shape.IsEmpty && spec.Name[(spec.Name.LastIndexOf('.') + 1)..] == name)
                found = learned.Natural[offset].ToString("R", CultureInfo.InvariantCulture);
            offset += spec.Length;
        }

        return found;
    }
}
