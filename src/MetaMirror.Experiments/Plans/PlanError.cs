namespace MetaMirror.Experiments.Plans;

/// <summary>One mistake in a plan.</summary>
/// <param name="Path">Where, as a JSON path such as <c>$.training.steps</c>.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Found">What was found.</param>
/// <param name="Nearest">The valid name that was most likely meant; null when none is near.</param>
public sealed record PlanError(string Path, string Expected, string Found, string? Nearest = null)
{
    /// <summary>The mistake in a line.</summary>
    public override string ToString() => $"{Path}: expected {Expected}, found {Found}{(Nearest is null ? "" : $" (did you mean '{Nearest}'?)")}";
}

/// <summary>A plan that cannot be run; carries all its mistakes.</summary>
public sealed class PlanException : Exception
{
    /// <summary>Collects the mistakes of one document.</summary>
    /// <param name="source">The document's name.</param>
    /// <param name="errors">At least one.</param>
    public PlanException(string source, IReadOnlyList<PlanError> errors)
        : base(Text(source, errors))
    {
        Errors = errors;
    }

    /// <summary>All mistakes, in the order of the document.</summary>
    public IReadOnlyList<PlanError> Errors { get; }

    private static string Text(string source, IReadOnlyList<PlanError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return $"plan '{source}': {errors.Count} {(errors.Count == 1 ? "mistake" : "mistakes")}\n{string.Join('\n', errors.Select(e => "  " + e))}";
    }
}
