namespace MetaMirror.Hypergradients;

/// <summary>How much of a run reverse mode stores. No setting changes a bit of the result.</summary>
public sealed record ReverseOptions
{
    /// <summary>
    /// Bytes of trajectory storage. Default: null, 2.65 times what checkpoints every sqrt(T) steps need: 2.65 ceil(sqrt T) (n + s + 2 n + s + e) numbers for n
    /// parameters, s numbers of rule state and e of an evaluation, of which no more than 2 n + s count. More memory means fewer replayed gradients.
    /// </summary>
    public long? Budget { get; init; }

    /// <summary>Steps stored at once, from 1 to T, instead of as many as the budget allows. Default: null.</summary>
    public int? StoredSteps { get; init; }

    /// <summary>True to keep, within the budget, also what Hessian-vector products need of evaluations. Default: true.</summary>
    public bool KeepEvaluations { get; init; } = true;

    /// <summary>A plan instead of the cheapest one.</summary>
    internal ReversePlan? Plan { get; init; }

    /// <summary>Itself, or the defaults for null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    internal static ReverseOptions Checked(ReverseOptions? options)
    {
        options ??= new ReverseOptions();
        if (options.Budget is < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Budget, "The memory budget must be at least one byte.");
        if (options.StoredSteps is < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.StoredSteps, "At least one step must be stored.");
        return options;
    }
}
