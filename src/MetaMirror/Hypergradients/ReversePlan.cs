namespace MetaMirror.Hypergradients;

/// <summary>Bytes of the things reverse mode stores.</summary>
/// <param name="Checkpoint">Theta and the rule's state.</param>
/// <param name="Step">The same with the gradient and the loss: all that the rule's cotangent map reads.</param>
/// <param name="Evaluation">What products need of an evaluation; 0 if nothing can be kept.</param>
internal readonly record struct ReverseSizes(long Checkpoint, long Step, long Evaluation)
{
    /// <summary>An evaluation with the parameters that products read, where nothing else reads theta: then theta need not be brought back. 0 otherwise.</summary>
    public long Alone { get; init; }

    /// <summary>A gradient.</summary>
    public long Gradient { get; init; }
}

/// <summary>
/// What reverse mode through T steps stores: the last <paramref name="Stored"/> steps of the first sweep, in places that the segments of the same length
/// before them take over one after the other, each replayed once from its checkpoint; and, in a ring, the evaluations of the last
/// <paramref name="Evaluations"/> steps, whose places the steps before them take over. So T - Stored gradients are replayed, but a step whose
/// evaluation is still there needs the parameters' part of its gradient only.
/// </summary>
/// <param name="Steps">T.</param>
/// <param name="Stored">Steps stored at once; if alone, gradients.</param>
/// <param name="Evaluations">Evaluations kept at once.</param>
/// <param name="Alone">True if all evaluations stand alone: nothing is replayed, and of Stored steps the gradients are stored, or of more where evaluations turn out
/// to be smaller.</param>
internal readonly record struct ReversePlan(int Steps, int Stored, int Evaluations, bool Alone = false)
{
    /// <summary>Cost of a gradient whose evaluation is there, and of an evaluation that has to be made again for a product, in gradients.</summary>
    private const double Recalled = 0.4, Missing = 0.6;

    /// <summary>Default budget in segments of sqrt(T) steps: the constant of O(sqrt T).</summary>
    internal const double Roots = 2.65;

    /// <summary>If alone: bytes to fill. Otherwise 0.</summary>
    public long Budget { get; init; }

    /// <summary>Segments before the stored steps: each begins at a checkpoint.</summary>
    public int Checkpoints => Alone ? 0 : (Steps - 1) / Stored;

    /// <summary>Gradients beyond the first sweep's.</summary>
    public double Cost
    {
        get
        {
            int recalled = Math.Max(0, Evaluations - Stored);
            double replayed = Steps - Stored - recalled + (Recalled * recalled);

            // With fewer evaluations than stored steps each segment has those of its last steps.
            long there = Evaluations >= Stored ? Steps : Math.Min(Steps, (Checkpoints + 1L) * Evaluations);
            return replayed + (Missing * (Steps - there));
        }
    }

    /// <summary>The cheapest plan in the budget; of equally cheap ones the smallest.</summary>
    /// <exception cref="ArgumentException">No plan fits the budget.</exception>
    public static ReversePlan For(int steps, in ReverseSizes sizes, ReverseOptions options)
    {
        if (options.Plan is { } given)
            return given.Alone ? given with { Budget = given.Bytes(sizes) } : given;
        long evaluation = options.KeepEvaluations ? sizes.Evaluation : 0;
        long root = (long)Math.Ceiling(Math.Sqrt(steps));
        long budget = options.Budget ?? (long)(Roots * root * (sizes.Checkpoint + sizes.Step + Math.Min(evaluation, sizes.Step)));
        (ReversePlan Plan, double Cost, long Bytes) best = (default, double.PositiveInfinity, 0);
        long least = long.MaxValue;
        var alone = new ReversePlan(steps, 0, steps, Alone: true) { Budget = budget };
        if (evaluation > 0 && sizes.Alone > 0 && options.StoredSteps is null && alone.Bytes(sizes) <= budget)
        {
            alone = alone with { Stored = (int)Math.Min(steps, (budget - alone.Bytes(sizes)) / sizes.Gradient) };
            best = (alone, alone.Cost, alone.Bytes(sizes));
        }

        int first = Math.Min(options.StoredSteps ?? 1, steps), last = Math.Min(options.StoredSteps ?? steps, steps);
        for (int stored = first; stored <= last; stored++)
        {
            var plan = new ReversePlan(steps, stored, 0);
            long bytes = plan.Bytes(sizes);
            least = Math.Min(least, bytes);
            if (bytes > budget && options.StoredSteps is null)
                continue;
            if (evaluation > 0)
                plan = plan with { Evaluations = (int)Math.Min(steps, Math.Max(0, budget - bytes) / evaluation) };
            (double cost, bytes) = (plan.Cost, plan.Bytes(sizes));
            if (cost < best.Cost || (cost == best.Cost && bytes < best.Bytes))
                best = (plan, cost, bytes);
        }

        return best.Plan.Steps > 0 ? best.Plan : throw new ArgumentException(
            $"Reverse mode through {steps} steps needs at least {least} bytes, but its budget is {budget}.", nameof(options));
    }

    /// <summary>Bytes of everything stored.</summary>
    public long Bytes(in ReverseSizes sizes) => Alone
        ? (Stored * sizes.Gradient) + EvaluatedTrajectory<double>.BytesFor(Evaluations, sizes.Alone)
        : (Stored * sizes.Step) + (Checkpoints * sizes.Checkpoint) + (Evaluations * sizes.Evaluation);
}
