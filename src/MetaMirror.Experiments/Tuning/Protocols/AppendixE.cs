using System.Collections.Immutable;

namespace MetaMirror.Experiments.Tuning.Protocols;

/// <summary>The grids of appendix E of MetaMD v1, for linear models and the MLP: learning rates of Adam and of the others, weight decays of all.</summary>
public static class AppendixE
{
    private static readonly ImmutableArray<double> Adam = [0.001, 0.01, 0.1, 0.2, 0.3];
    private static readonly ImmutableArray<double> Others = [0.001, 0.005, 0.01, 0.05, 0.1];

    /// <summary>Weight decays.</summary>
    public static ImmutableArray<double> WeightDecays { get; } = [1e-4, 5e-4, 1e-3];

    /// <summary>Learning rates of an optimizer.</summary>
    /// <remarks>Differs from the paper: NAdam and AdamW, which it does not tune by grid, take Adam's.</remarks>
    /// <param name="optimizer">Its name.</param>
    public static ImmutableArray<double> LearningRates(string optimizer) => optimizer is "adam" or "nadam" or "adamw" ? Adam : Others;
}
