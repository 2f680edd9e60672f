using System.Numerics;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Catalogues;

/// <summary>The only place where a name becomes a type.</summary>
public static class Catalogue
{
    /// <summary>The learned optimizers and their controls.</summary>
    public static IReadOnlyList<LearnedEntry> Learned { get; } =
    [
        new("metamirror-basis", OptimizerRole.Learned, "adaptive diagonal with a prior in a learned basis", typeof(BasisLearning)),
        new("metamirror-tracked", OptimizerRole.Learned, "adaptive diagonal in a basis that follows the run from a learned start", typeof(TrackedLearning)),
        new("metamirror-kronecker", OptimizerRole.Learned, "mirror descent in a learned Kronecker metric", typeof(MatrixLearning)),
        new("metamirror-full", OptimizerRole.Learned, "mirror descent in one learned matrix over all parameters, at most 1,024", typeof(MatrixLearning)),
        new("metamd-diagonal", OptimizerRole.Learned, "mirror descent in a learned diagonal metric", typeof(MetaMdLearning)),
        new("metamd-max3", OptimizerRole.Learned, "mirror descent, maximum of three learned diagonals, exact step", typeof(MetaMdLearning)),
        new("metamd-diagonal-printed", OptimizerRole.Learned, "the diagonal of MetaMD v1 as printed", typeof(MetaMdLearning)),
        new("metamd-max3-printed", OptimizerRole.Learned, "the maximum of three diagonals of MetaMD v1 as printed (Eq. 7-8)", typeof(MetaMdLearning)),
        new("meta-sgd", OptimizerRole.Rival, "gradient descent with element-wise rates learned through whole runs", typeof(UnrolledLearning)),
        new(UnrolledLearning.Curvature, OptimizerRole.Rival, "gradients multiplied in each mode of a tensor by a learned matrix", typeof(UnrolledLearning)),
        new(UnrolledLearning.Warp, OptimizerRole.Rival, "gradients through a learned linear warp behind each layer", typeof(UnrolledLearning)),
        new("aruba", OptimizerRole.Rival, "gradient descent with element-wise rates from the average of the tasks' regret bounds", typeof(ArubaLearning)),
        new(ArubaLearning.Plus, OptimizerRole.Rival, "ARUBA++: the rates of aruba, which go on adapting in the run", typeof(ArubaLearning)),
        new(FdsLearning.Name, OptimizerRole.Rival, "SGD with momentum whose schedules of rate, momentum and decay are learned by shared forward mode", typeof(FdsLearning)),
        new(NeuralLearning.Lstm, OptimizerRole.Rival, "a learned LSTM on each coordinate's gradient", typeof(NeuralLearning)),
        new(NeuralLearning.Mlp, OptimizerRole.Rival, "a learned network on each coordinate's gradient and momenta", typeof(NeuralLearning)),
        new("unlearned-basis", OptimizerRole.Control, "the rule of metamirror-basis with nothing learned", null),
        new("unlearned-tracked", OptimizerRole.Control, "the rule of metamirror-tracked with nothing learned", null),
        new(UnlearnedMirror.Name, OptimizerRole.Control, "mirror descent with nothing learned: the identity as metric, step 0.1", null),
    ];

    /// <summary>Names of the classic optimizers, in the order of tables.</summary>
    public static IReadOnlyList<string> Baselines { get; } = [.. Optimizers<double>.All.Where(o => o.Role == OptimizerRole.Baseline).Select(o => o.Name)];

    /// <summary>Names of the rivals, in the order of tables.</summary>
    public static IReadOnlyList<string> Rivals { get; } = [.. Optimizers<double>.All.Where(o => o.Role == OptimizerRole.Rival).Select(o => o.Name)];

    /// <summary>Names of the learned optimizers of others, in the order of tables.</summary>
    public static IReadOnlyList<string> LearnedRivals { get; } = [.. Learned.Where(l => l.Role == OptimizerRole.Rival).Select(l => l.Name)];

    /// <summary>All names of optimizers.</summary>
    public static IReadOnlyList<string> OptimizerNames { get; } = [.. Optimizers<double>.All.Select(o => o.Name), .. Learned.Select(l => l.Name)];

    /// <summary>The tunable optimizer of a name.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="ArgumentException">There is none; the message lists them and names the nearest.</exception>
    public static OptimizerEntry<T> Optimizer<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Optimizers<T>.All.FirstOrDefault(o => string.Equals(o.Name, name, StringComparison.Ordinal)) ?? throw Unknown("an optimizer", name, NamesOf("tunable"), nameof(name));

    /// <summary>The learned optimizer, or control, of a name.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="ArgumentException">There is none; the message lists them and names the nearest.</exception>
    public static LearnedEntry LearnedOptimizer(string name) =>
        Learned.FirstOrDefault(o => string.Equals(o.Name, name, StringComparison.Ordinal)) ?? throw Unknown("a learned optimizer", name, Learned.Select(l => l.Name), nameof(name));

    /// <summary>The record that <c>learn</c> is read into.</summary>
    /// <param name="name">Name of the learned optimizer.</param>
    /// <exception cref="ArgumentException">There is none of that name, or it is a control.</exception>
    public static Type LearningRecord(string name) =>
        LearnedOptimizer(name).Options ?? throw Unknown("a learned optimizer", name, NamesOf("learned"), nameof(name));

    /// <summary>
    /// The names of one kind: <c>baselines</c>, <c>tunable</c> (baselines and rivals), <c>learned</c>, <c>controls</c>, <c>datasets</c>; plan schemas
    /// refer to them by <c>x-catalogue</c>.
    /// </summary>
    /// <param name="kind">The kind.</param>
    public static IReadOnlyList<string> NamesOf(string kind) => kind switch
    {
        "baselines" => Baselines,
        "tunable" => [.. Baselines, .. Rivals],
        "learned" => [.. Learned.Where(l => l.Options is not null).Select(l => l.Name)],
        "controls" => [.. Learned.Where(l => l.Role == OptimizerRole.Control).Select(l => l.Name)],
        "datasets" => [.. DatasetCatalogue.Known.Select(d => d.Name)],
        _ => throw Unknown("a kind of names", kind, ["baselines", "tunable", "learned", "controls", "datasets"], nameof(kind)),
    };

    /// <summary>The exception for a name that is not known: what was expected, what was found, and the nearest.</summary>
    internal static ArgumentException Unknown(string what, string name, IEnumerable<string> known, string parameter)
    {
        string[] names = [.. known];
        string nearest = NearestName.Of(name, names) is { } n ? $" (did you mean '{n}'?)" : "";
        return new ArgumentException($"expected {what} among {string.Join(", ", names)}, found {Shown.Text(name)}{nearest}", parameter);
    }
}
