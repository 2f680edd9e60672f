using MetaMirror.Certificates;
using MetaMirror.Cli.Engines;
using MetaMirror.Experiments.Benchmarks;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Gradchecks;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Experiments.Tuning.Protocols;
using MetaMirror.Experiments.Tuning.Studies;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>Engines that answer at once.</summary>
internal static class FakeEngines
{
    public static EngineSet All { get; } = new()
    {
        Compare = (request, context) =>
        {
            context.Runs.Report(new RunProgress("tuning on rotation-0", 1, 2, "adam, learning rate 0.01, linear", 0.25));
            context.Runs.Report(new RunProgress("tuning on rotation-0", 2, 2, "sgd, learning rate 0.5, linear", double.PositiveInfinity));
            return new ComparisonOutcome(Report(request.HeldOut ?? "rotation-0"), IsComplete: !context.Canceled.IsCancellationRequested);
        },
        Reproduce = (_, _) => new ComparisonOutcome(Report("stretched"), IsComplete: true),
        Optimism = (scale, context) => SampleOptimism.Of(scale, context),
        Shifts = SampleShifts.Of,
        Robustness = RobustnessEngines.Run,
        Tune = (request, context) =>
        {
            var space = new SearchSpace(new RangeDimension(TuningOutcome.LearningRate, 1e-4, 1, IsLogarithmic: true), new RangeDimension(TuningOutcome.WeightDecay, 1e-5, 1e-2, IsLogarithmic: true));
            StudyTrial[] trials =
            [
                new(0, space.At([0.5, 0.5]), TrialStatus.Complete, 0.875, 1.5),
                new(1, space.At([1, 0.5]), TrialStatus.Diverged, null, 0.25, "5 of 5 runs diverged"),
                new(2, space.At([0, 1]), TrialStatus.Failed, null, 0.25, "ArithmeticException: no such root"),
            ];
            bool isComplete = !context.Canceled.IsCancellationRequested;
            return new TuningOutcome(
                request.Plan.Name, request.Protocol.Task ?? "rotation-0", "validationAccuracy", 5, 400, 1078, 269,
                [
                    .. request.Protocol.Optimizers.SelectMany(o => request.Protocol.Samplers.Select(s =>
                        new StudyResult(o, s, StudyGoal.Maximize, request.Protocol.Budget == 1 ? trials[2..] : trials, isComplete))),
                ],
                [], isComplete);
        },
        Learn = (request, context) => new LearnOutcome(
            "metamirror-basis", [request.File], Cost, [new NamedText("Rank", "32")], IsComplete: !context.Canceled.IsCancellationRequested),
        Train = (request, context) =>
        {
            context.Warn("the first gradients lie outside what meta-training saw");
            return new TrainOutcome(
                request.Optimizer,
                new RunCurve(request.Optimizer, request.Task, [0, 1, 2], [2.3, 0.4, double.NaN], [], []),
                0.1,
                null,
                0.4,
                0.5,
                0.875,
                Diverged: request.LearningRate > 1,
                request.FallBack,
                [],
                IsComplete: true)
            {
                Rates = request.AdaptRate is { } which ? new RateSummary(which, 399, -1.25, 0.5, 0.25, 1.125, 4) : null,
            };
        },
        Certify = (request, _) => new CertificationResult(
            "metamd-diagonal",
            request.Plan?.Name ?? "digit-pairs",
            [
                Certified("digits-0-1", 4.5, 1.5),
                Certified("digits-0-2", 9, request.FreshTasks == 1 ? 10 : 2),
                new Certificate(CertificateLevel.L2, "smooth-descent", "the excess loss", [Premise.Failed("no step is longer than 1 / beta", -0.5, "margin: 1 / beta less the longest step")], () => 1) { Task = "digits-0-1" },
                Family(momentum: request.FreshTasks == 1 ? 0.7 : 0),
                new RankCertificate("final training loss", [0.25, 0.5, 0.375]).Certify([Premise.Assumed("the next task is drawn as these were", how: "can't be checked")]),
            ])
        {
            Notes = ["The first 2 of 45 tasks are certified one by one."],
        },
        Gradcheck = (request, _) => new GradientCheckResult(
            request.Plan.Name, "rotation-0", "adam", "trajectory-loss", request.Steps ?? 20, 2410, 3,
            [
                new EstimatorCheck("reverse", "central differences", 2e-12, 1e-6, "exact", 40, 20, 1 << 20, 21.25),
                new EstimatorCheck("truncated-reverse-5", "reverse", 0.5, null, "an approximation", 25, 5, 1 << 18, 3),
                new EstimatorCheck("forward", "reverse", request.Steps == 1 ? 0.1 : 0, 1e-10, "exact", 20, 60, 1 << 18, 4),
            ]),
        Bench = new BenchEngine(
            (request, context) => new BenchmarkResult(
                new MachinePeaks(context.Threads, context.Threads * 117.6, 117.6, 55.2, 40),
                [.. request.Workloads.Select((w, i) => new WorkloadFigures(
                    w.Name, Math.Min(request.Repeats, w.MostRepeats), 1.5 * (i + 1), 1.25, request.Repeats == 1 ? 2 * (i + 1) : i + 1, w.Work.Flops > 0 ? 80.25 : null, i == 1 ? null : 14.25) { IsDense = w.IsDense })]),
            (_, context) => new ScalingResult(
                context.Threads,
                [new DerivativeCost("batch", 128, "256-256-256-10", 128, 134_154, 0.75, 1.5, 100, 98.5), new DerivativeCost("depth", 1, "256-256-10", 128, 68_362, 0.5, 1, 95, 90)],
                [new HypergradientCost("mlp", 100, 600, 200, 100, 30.5, 179.4)])),
    };

    private static Certificate Certified(string task, double bound, double measured) =>
        new(CertificateLevel.L1, "regret", "the regret of 200 steps", [Premise.Checked("the loss is convex"), Premise.Checked("the run follows its formula", 1e-12)], () => bound, measured) { Task = task };

    /// <summary>Theorem 4.1, refused with momentum.</summary>
    private static Certificate Family(double momentum) => new FamilyTheorem
    {
        Divergences = [0.5, 0.75, 0.25], Eta = 0.5, Steps = 200, Lipschitz = 0.25, StrongConvexity = 0.5, Radius = 2, MetricNorm = 2, IsNormLearned = true,
    }.Certify(
        [
            Premise.Test(momentum == 0, "there is one constant step size, without momentum, scaling or schedule", -momentum, "margin: less the momentum"),
            Premise.Assumed("the tasks are drawn independently from one distribution", how: "can't be checked"),
        ],
        1.75);

    private static MetaTrainingSummary Cost => new(5, 400, 10, 20_000, 4_000, 12.5);

    private static ReportModel Report(string task) => new() { Title = "MetaMirror: test", Comparison = SampleComparison.On(task), Seed = 1 };
}
