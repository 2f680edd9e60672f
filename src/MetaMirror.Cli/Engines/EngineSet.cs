using MetaMirror.Cli.Commands;
using MetaMirror.Cli.Commands.Benching;
using MetaMirror.Cli.Commands.Certifying;
using MetaMirror.Cli.Commands.Checking;
using MetaMirror.Cli.Commands.Comparing;
using MetaMirror.Cli.Commands.Learning;
using MetaMirror.Cli.Commands.Tuning;
using MetaMirror.Experiments.Downloads;

namespace MetaMirror.Cli.Engines;

/// <summary>What does the long work. A command without an engine is not offered.</summary>
internal sealed record EngineSet
{
    /// <summary>The engines of this build.</summary>
    public static EngineSet Shipped { get; } = new()
    {
        Compare = ComparisonEngine.Run,
        Certify = CertificationEngine.Run,
        Gradcheck = CheckingEngine.Run,
        Reproduce = ReproductionEngine.Run,
        Optimism = OptimismEngines.Run,
        Shifts = ShiftEngines.Run,
        Robustness = RobustnessEngines.Run,
        Learn = LearningEngine.Learn,
        Train = LearningEngine.Train,
        Tune = TuningEngine.Run,
        Bench = BenchingEngine.Both,
    };

    /// <summary><c>demo</c> and <c>compare</c>.</summary>
    public CompareEngine? Compare { get; init; }

    /// <summary><c>learn</c>.</summary>
    public LearnEngine? Learn { get; init; }

    /// <summary><c>train</c>.</summary>
    public TrainEngine? Train { get; init; }

    /// <summary><c>certify</c>.</summary>
    public CertifyEngine? Certify { get; init; }

    /// <summary><c>gradcheck</c>.</summary>
    public GradcheckEngine? Gradcheck { get; init; }

    /// <summary><c>reproduce</c> of what is a comparison.</summary>
    public ReproduceEngine? Reproduce { get; init; }

    /// <summary><c>reproduce optimism</c>.</summary>
    public OptimismEngine? Optimism { get; init; }

    /// <summary><c>reproduce shifts</c>.</summary>
    public ShiftEngine? Shifts { get; init; }

    /// <summary><c>reproduce robustness</c>.</summary>
    public RobustnessEngine? Robustness { get; init; }

    /// <summary><c>tune</c>.</summary>
    public TuneEngine? Tune { get; init; }

    /// <summary><c>bench</c>.</summary>
    public BenchEngine? Bench { get; init; }

    /// <summary>Where <c>data fetch</c> downloads from.</summary>
    public Func<IWebSource> Web { get; init; } = () => new HttpWebSource();

    /// <summary>The commands that have an engine, in the order of help.</summary>
    public IEnumerable<ICommandSpec> Commands()
    {
        if (Compare is not null)
            yield return new DemoCommand(Compare);
        if (Learn is not null)
            yield return new LearnCommand(Learn);
        if (Train is not null)
            yield return new TrainCommand(Train);
        if (Compare is not null)
            yield return new CompareCommand(Compare);
        if (Tune is not null)
            yield return new TuneCommand(Tune);
        if (Certify is not null)
            yield return new CertifyCommand(Certify);
        if (Gradcheck is not null)
            yield return new GradcheckCommand(Gradcheck);
        if (Reproduce is not null && Optimism is not null && Shifts is not null && Robustness is not null && Compare is not null)
            yield return new ReproduceCommand(Reproduce, Optimism, Shifts, Robustness, Compare);
        if (Bench is not null)
            yield return new BenchCommand(Bench);
    }
}
