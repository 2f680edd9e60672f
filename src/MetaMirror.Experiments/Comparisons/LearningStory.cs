using System.Globalization;
using System.Numerics;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Reports;
using MetaMirror.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Comparisons;

/// <summary>How a rule was learned, in words, facts and pictures.</summary>
internal static class LearningStory
{
    /// <summary>How it was learned, in a sentence or two.</summary>
    public static string How<T>(Plan plan, LearnedRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T> => plan.Learn switch
        {
            BasisLearning basis =>
                $"Source runs with {basis.SourceOptimizer} gave a Kronecker eigenbasis (input-side rank {basis.Rank}) and prior second moments; the step was chosen among {Candidates(basis)}, by the mean training loss on the source tasks"
                + (basis.OuterSteps > 0 ? $", then {string.Join(", ", basis.Learn.Select(l => l.Replace('_', ' ')))} were refined by hypergradient of that loss." : "."),
            TrackedLearning tracked when !Tracks(tracked, rule.Layout) =>
                $"No tensor is wider than {tracked.LargestColumns} columns, so none is tracked in low rank and no basis was learned: only the step was chosen among {Candidates(tracked)}, by the mean training loss on the source tasks.",
            TrackedLearning tracked =>
                $"Source runs with {tracked.SourceOptimizer} gave the input-side bases that runs start from and then track; the step was chosen among {Candidates(tracked)}, by the mean training loss on the source tasks"
                + (tracked.OuterSteps > 0 ? $", then {string.Join(", ", tracked.Learn.Select(l => l.Replace('_', ' ')))} were refined by hypergradient of that loss." : "."),
            MatrixLearning matrix => Of(matrix),
            IRivalLearning rival => $"{Words(rival)}, from the best of {rival.LearningRates.Count * rival.Schedules.Count} starting rates and schedules.",
            MetaMdLearning mirror => $"The divergence of mirror descent was learned with {Name(mirror.MetaObjective)} by {Name(mirror.Hypergradient)}.",
            _ => "",
        };

    /// <summary>The learned metric as images, where anything of it was learned.</summary>
    public static IReadOnlyList<PreconditionerPicture> Pictures<T>(Plan plan, LearnedRule<T> rule, ImageShape? image)
        where T : unmanaged, IFloatingPointIeee754<T> => plan.Learn is TrackedLearning tracked && !Tracks(tracked, rule.Layout) ? [] : LearnedPictures.Of(rule, image);

    private static string Candidates(IStatisticsLearning learning) =>
        $"{learning.Candidates.Count()} candidates, with its schedule{(learning.Exponents.Count > 1 ? ", the exponent of second moments" : "")}{(learning.Ranks.Count > 1 ? ", the rank of the basis" : "")}";

    /// <summary>Whether anything of the source statistics enters the rule.</summary>
    private static bool Tracks(TrackedLearning learning, ParameterLayout layout) => learning.Prior > 0 || layout.Blocks.Any(b => b.Columns > learning.LargestColumns);

    private static string Words(IRivalLearning rival) => rival switch
    {
        ArubaLearning => "Element-wise rates come from sums of squared displacements and gradients over the source tasks (ARUBA)",
        FdsLearning => "Schedules of learning rate, momentum and weight decay were learned by shared forward mode and sign descent (FDS)",
        NeuralLearning { Optimizer: NeuralLearning.Lstm } => "The weights of an LSTM on each coordinate's gradient were learned by truncated backpropagation through training",
        NeuralLearning => "The weights of a network on each coordinate's gradient and momenta were learned by truncated backpropagation through training",
        UnrolledLearning { Optimizer: UnrolledLearning.Curvature } => "A matrix for each mode of a tensor was learned by hypergradient through whole runs (Meta-Curvature)",
        UnrolledLearning { Optimizer: UnrolledLearning.Warp } => "A linear warp behind each layer was learned from single steps at every point of the runs (WarpGrad)",
        _ => "A rate for each parameter was learned by hypergradient through whole runs (Meta-SGD)",
    };

    private static string Of(MatrixLearning matrix)
    {
        List<string> phases = [];
        if (matrix.Start == MetricStart.FourthRoots)
            phases.Add($"fourth roots of the gradient factors of source runs with {matrix.SourceOptimizer}");
        if (matrix.OuterSteps > 0)
            phases.Add("the closed form of the regret bound, damped and iterated");
        if (matrix.LearningRates.Count > 0)
            phases.Add(string.Create(CultureInfo.InvariantCulture, $"its step, chosen among {matrix.LearningRates.Count} on the source tasks"));
        if (matrix.RefinementSteps > 0)
            phases.Add($"refinement by hypergradient of {Name(matrix.RefinementObjective)}");
        return $"The metric of mirror descent was learned by {string.Join("; then ", phases)}.";
    }

    private static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    /// <summary>Sizes and scalars of the rule.</summary>
    public static List<NamedText> Facts<T>(LearnedRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var facts = new List<NamedText>
        {
            new("Parameters", $"{rule.Layout.Length} ({rule.Layout})"),
            new("Meta-parameters", rule.Natural.Length.ToString(CultureInfo.InvariantCulture)),
        };
        int at = 0;
        foreach (MetaParameterSpec<T> spec in rule.Rule.MetaSpecs(rule.Layout))
        {
            if (spec.Length == 1)
                facts.Add(new(spec.Name, double.CreateChecked(rule.Natural[at]).ToString("g4", CultureInfo.InvariantCulture)));
            at += spec.Length;
        }

        UpdateRule<T> running = rule.Rule is AveragedIterates<T> averaged ? averaged.Rule : rule.Rule;
        if ((running is Chain<T> chain ? chain.Members.OfType<TrackedBasis<T>>().FirstOrDefault() : running as TrackedBasis<T>) is { } tracked)
            facts.Add(new("Columns of a tracked basis", tracked.Options.Rank.ToString(CultureInfo.InvariantCulture)));
        if (rule.Rule is AveragedIterates<T> { Power: var power })
            facts.Add(new("Deployed", string.Create(CultureInfo.InvariantCulture, $"the average of the run's iterates, weighed by about t^{power:g3}")));
        if (rule.History.Length > 1)
        {
            OuterStepReport last = rule.History[^1];
            facts.Add(new("Meta-objective", string.Create(CultureInfo.InvariantCulture, $"{rule.History[0].Value:g4} at the first outer step, {last.Value:g4} at the last")));
            if (last.Anisotropy > 0)
                facts.Add(new("Anisotropy", string.Create(CultureInfo.InvariantCulture, $"log P has standard deviation {last.Anisotropy:g3} (0 would be one learning rate)")));
        }

        return facts;
    }
}
