using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Rivals;

/// <summary>The plans of the experiment on rivals: every kind of task, with the optimizers that a user would pick instead, hand-designed and learned.</summary>
public static class RivalSuite
{
    /// <summary>So that all plans have the same ones.</summary>
    private static readonly string[] Classic = ["sgd", "sgd-momentum", "nesterov", "rmsprop", "adam", "nadam", "adamw"];

    private const int TenSeeds = 10;

    /// <summary>Runs after which most settings of a wide grid are out of the question.</summary>
    internal const int ScoutingSeeds = 2;

    private static readonly double[] FewAngles = [0, 30, 60];
    private const string Digits = "rotated-digits";
    private static readonly string[] Large = ["rotated-mnist", "rotated-fashion", "lenet-families"];
    private static readonly TuningPlan OneSchedule = new(Schedules: [ScheduleName.Linear], MaxExtensions: 0);

    /// <summary>Hand-designed rivals, by their names in the catalogue.</summary>
    public static IReadOnlyList<string> HandDesigned { get; } =
        ["soap", "muon", "shampoo", "lion", "prodigy", "schedule-free", "powersign", "addsign", "hypergradient-descent", "hypergradient-adam", "osgm"];

    /// <summary>Those that are compared on the embedded tasks and convex models alone, where a plan with all seeds takes minutes.</summary>
    private static readonly string[] OnSmallModels = ["hypergradient-descent-elementwise"];

    /// <summary>The plans, in order.</summary>
    /// <param name="scale">Smoke: a few of the embedded digits and sensors; quick: the embedded plans; paper: the same with ten seeds.</param>
    /// <param name="rivals">Names of the hand-designed rivals; empty: <see cref="HandDesigned"/>.</param>
    public static IReadOnlyList<Plan> Plans(ProtocolScale scale, IReadOnlyList<string> rivals)
    {
        ArgumentNullException.ThrowIfNull(rivals);
        IReadOnlyList<string> names = rivals.Count > 0 ? rivals : HandDesigned;
        return
        [
            .. (scale switch
            {
                ProtocolScale.Smoke => Smoke(),
                ProtocolScale.Paper => Quick().Select(plan => plan with { Seeds = Math.Max(plan.Seeds, TenSeeds) }),
                _ => Quick(),
            }).Select(plan => InSuite(rivals.Count > 0 || Large.Contains(plan.Name, StringComparer.Ordinal) ? names : [.. names, .. OnSmallModels], plan)),
        ];
    }

    /// <summary>
    /// A plan with rivals beside what it has. With a learned one, all learned ones of the plan take at least as many inner gradients as ours; with a hand-designed one, a plan whose steps are
    /// all constant is tuned with schedules that fall, too.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="names">Of the catalogue's rivals, learned or not; all of them: of the learned ones those of <see cref="LearnedFor"/>.</param>
    /// <exception cref="ArgumentException">A learned rival is named, and the plan learns nothing.</exception>
    /// <exception cref="PlanException">A rival does not go with the plan.</exception>
    public static Plan With(Plan plan, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            return plan;
        string[] learned = [.. names.Intersect(Catalogue.LearnedRivals, StringComparer.Ordinal)], designed = [.. names.Except(learned, StringComparer.Ordinal)];
        if (names.Count == Catalogue.Rivals.Count + Catalogue.LearnedRivals.Count)
            learned = [.. LearnedFor(plan)];
        else if (plan.Learn is null && learned.Length > 0)
            throw new ArgumentException($"The plan '{plan.Name}' learns nothing: expected rivals that are not learned, found {string.Join(", ", learned)}.", nameof(names));
        Plan with = designed.Length == 0 ? plan : Settling(plan with { Baselines = [.. plan.Baselines.Union(designed, StringComparer.Ordinal)] });
        if (learned.Length > 0)
            with = Learning(with, [.. learned.Except(plan.Learned.Select(l => l.Optimizer), StringComparer.Ordinal)]);
        IReadOnlyList<PlanError> errors = PlanChecks.Of(with);
        return errors.Count == 0 ? with : throw new PlanException($"{plan.Name} with the rivals asked for", errors);
    }

    /// <summary>The learned rivals that are compared on such tasks; none where nothing is learned. Rules with a network of their own for every parameter take minutes on one task of the larger models: they are compared on the small ones.</summary>
    /// <param name="plan">The plan.</param>
    public static IReadOnlyList<string> LearnedFor(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan switch
        {
            { Learn: null } => [],
            { IsDoublePrecision: true } => ["meta-sgd", "aruba-plus", "fds"],
            { Name: Digits } => Catalogue.LearnedRivals,
            _ => ["meta-sgd", "warp-grad", "aruba-plus", "fds"],
        };
    }

    private static IEnumerable<Plan> Quick() =>
        from name in (string[])[Digits, .. Large, "digit-pairs", "sensors", "rotated-quadratic"] select Settling(Beside(name));

    private static Plan Beside(string name)
    {
        Plan plan = PlanFile.Read(name);
        return Learning(plan, LearnedFor(plan));
    }

    /// <summary>Signs and orthogonalized gradients do not settle at steps of one length: they need schedules that fall.</summary>
    private static Plan Settling(Plan plan) => plan.Tuning.Schedules is [ScheduleName.Constant] ? plan with { Tuning = plan.Tuning with { Schedules = new TuningPlan().Schedules } } : plan;

    private static IEnumerable<Plan> Smoke()
    {
        Plan digits = SmallPlans.Of(Beside(Digits), FewAngles, steps: 30, batch: 32), sensors = Beside("sensors");
        yield return digits with { Target = digits.Target with { Value = TargetValue.BestClassicFinal }, Also = [.. digits.Also.Select(Small)], Tuning = OneSchedule };
        yield return sensors with
        {
            Family = (SensorsPlan)sensors.Family with { Tasks = 3 },
            Training = new TrainingPlan(30, 16),
            Seeds = 2,
            Also = [.. sensors.Also.Select(Small)],
            Tuning = OneSchedule,
            Timing = new TimingPlan(WarmUp: 1, Steps: 4, Rounds: 1),
        };
    }

    /// <summary>With learned rivals, which take at least as many inner gradients as ours. Where the target is a small gradient, they are learned for that, over as many steps as ours.</summary>
    private static Plan Learning(Plan plan, IReadOnlyList<string> names)
    {
        MetaObjectiveName objective = plan.Target.Quantity == TargetQuantity.GradientMaximum ? MetaObjectiveName.FinalGradientNorm : MetaObjectiveName.TrajectoryLoss;
        int? steps = (plan.Learn as MatrixLearning)?.InnerSteps;
        return plan with
        {
            MatchInnerGradients = true,
            Also =
            [
                .. plan.Also,
                .. names.Select(name => (LearningPlan)(name switch
                {
                    "aruba" or ArubaLearning.Plus => new ArubaLearning(name, InnerSteps: steps, MetaObjective: objective),
                    FdsLearning.Name => new FdsLearning(name, InnerSteps: steps, MetaObjective: objective),
                    NeuralLearning.Lstm or NeuralLearning.Mlp => new NeuralLearning(name, InnerSteps: steps, MetaObjective: objective),

                    // It is learned from every point of the runs, whatever the target.
                    UnrolledLearning.Warp => new UnrolledLearning(name, InnerSteps: steps),
                    _ => new UnrolledLearning(name, InnerSteps: steps, MetaObjective: objective),
                })),
            ],
        };
    }

    private static Plan InSuite(IReadOnlyList<string> rivals, Plan plan) => plan with
    {
        Baselines = [.. Classic.Union(plan.Baselines, StringComparer.Ordinal).Union(rivals, StringComparer.Ordinal)],
        Tuning = plan.Tuning with { ScoutingSeeds = ScoutingSeeds },
    };

    /// <summary>Seconds instead of minutes.</summary>
    private static LearningPlan Small(LearningPlan learning) => learning switch
    {
        ArubaLearning aruba => aruba with { OuterSteps = 1, LearningRates = [0.1], Schedules = [ScheduleName.Linear], Zetas = [0.1], Coefficients = aruba.Optimizer == ArubaLearning.Plus ? [1] : [0] },
        NeuralLearning neural => neural with { OuterSteps = 1, LearningRates = [0.01], Schedules = [ScheduleName.Linear], Units = 2, Layers = 1 },
        UnrolledLearning unrolled => unrolled with { OuterSteps = 1, LearningRates = [0.1], Schedules = [ScheduleName.Linear] },
        FdsLearning fds => fds with { OuterSteps = 1 },
        _ => learning,
    };
}
