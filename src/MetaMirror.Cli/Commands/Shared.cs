using MetaMirror.Cli.Grammar;
using MetaMirror.Experiments.Catalogues;

namespace MetaMirror.Cli.Commands;

/// <summary>Arguments that several commands have.</summary>
internal static class Shared
{
    /// <summary>PLAN: every command has its own, for a symbol has one parent.</summary>
    public static ValueArgument Plan() => new(
        "PLAN", "the name of a plan (see 'metamirror plan'), or the path of a .json file",
        "Name of a plan ('metamirror plan' lists them), or path of a JSON file of your own.");

    /// <summary>--rivals of an experiment: those that are tuned.</summary>
    public static ValueOption<IReadOnlyList<string>?> Rivals() => new(
        "--rivals", "WHICH", ValueKinds.SomeOf("rivals", Catalogue.Rivals), "Run rivals too, tuned like the baselines: all, or names separated by commas, such as soap,muon.");

    /// <summary>--rivals of a comparison: learned ones too.</summary>
    public static ValueOption<IReadOnlyList<string>?> AllRivals() => new(
        "--rivals", "WHICH", ValueKinds.SomeOf("rivals", [.. Catalogue.Rivals, .. Catalogue.LearnedRivals]),
        "Run rivals too: all, or names separated by commas, such as soap,meta-sgd. Hand-designed ones are tuned like the baselines (where those have constant steps alone, all get schedules that fall, too), learned ones learned on the tasks that ours is learned on, with at least as many gradients. All: of the learned ones those that 'reproduce rivals' has on such tasks.");

    /// <summary>--resume of commands that compare.</summary>
    public static Flag Resume() => new("--resume", "Go on after the held-out tasks that are done: their results lie in the folder 'checkpoint' of --out. The document is the same as without the interruption, but for times.");
}
