using MetaMirror.Descents;
using MetaMirror.Divergences;
using MetaMirror.Hypergradients;
using MetaMirror.InitialPoints;
using MetaMirror.MetaLearners;
using MetaMirror.MetaObjectives;
using MetaMirror.Objectives;
using MetaMirror.Tasks;
using MetaMirror.Tests.Hypergradients;
using MetaMirror.Tests.MetaLearners;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Cases;

/// <summary>Case A39: the managed heap does not grow with outer steps, and implicit differentiation needs no more memory for longer runs. Runs alone, since the heap is shared.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    /// <summary>The history keeps one report an outer step, by design: 72 bytes and its place in the list, which doubles.</summary>
    private const long History = 200 * 96;

    public static TheoryData<string> Steps => [.. Make.Keys];

    private static readonly Dictionary<string, (TaskDistribution<double> Tasks, UpdateRule<double> Rule, Unroll Unroll, Func<MetaStep<double>> Step)> Make = new(StringComparer.Ordinal)
    {
        ["reverse"] = (Families.Networks(3), new Adam<double>(), new Unroll(9), () => Hypergradient(new ReverseMode<double>(), new TrajectoryLoss<double>())),
        ["forward"] = (Families.Networks(3), new Adam<double>(), new Unroll(9), () => Hypergradient(new ForwardMode<double>(), new TrajectoryLoss<double>())),
        ["implicit"] = (
            Families.Quartics(3), new Sgd<double>(new SgdOptions { LearningRate = .05 }), new Unroll(9, FullBatch: true),
            () => Hypergradient(new ImplicitMode<double>(ImplicitMethod.Neumann, 5, 0), new FinalLoss<double>())),
        ["closed form"] = (Families.Networks(3), new MirrorDescent<double>(new DiagonalQuadratic<double>(), .1), new Unroll(9), () => new ClosedFormStep<double>()),
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void Heap_after_a_collection_is_constant_to_1_percent_over_200_outer_steps(string name)
    {
        (TaskDistribution<double> tasks, UpdateRule<double> rule, Unroll unroll, Func<MetaStep<double>> step) = Make[name];
        foreach (int threads in (int[])[1, 2])
        {
            // The heap is the whole process's, so something else may settle in between: of three windows one must be clean, which none is if steps leak.
            (long Before, long After)[] windows = [.. Enumerable.Range(0, 3).Select(_ => Window(tasks, rule, unroll, step(), threads))];
            Assert.True(Array.Exists(windows, w => Math.Abs(w.After - w.Before) < (.01 * w.Before) + History), $"{threads} threads: {string.Join(", ", windows)} bytes after 20 and 220 outer steps");
        }
    }

    [Fact]
    public void Implicit_memory_does_not_depend_on_the_length_of_the_run()
    {
        foreach (ImplicitMethod method in Enum.GetValues<ImplicitMethod>())
        {
            long Peak(int steps) => MetaGradient.Of(
                Penalized(steps), new ValidationLoss<double>(), new ImplicitMode<double>(method, 500, 1e-10)).Report.PeakBytes;
            Assert.Equal(Peak(10), Peak(10_000));

            // And neither does what is really allocated.
            var mode = new ImplicitMode<double>(method, 500, 1e-10);
            long Allocated(int steps)
            {
                InnerProblem<double> problem = Penalized(steps);
                return Allocation.Of(() => MetaGradient.Of(problem, new ValidationLoss<double>(), mode), 1);
            }

            Allocated(10);
            Assert.InRange(Allocated(10_000), 0, Allocated(10) + 4096);
        }
    }

    [Fact]
    public void Unrolled_memory_is_what_the_report_says_it_is()
    {
        // Forward mode's does not depend on T either; reverse mode's grows with its root.
        long Peak(Hypergradient<double> mode, int steps) => MetaGradient.Of(Penalized(steps), new FinalLoss<double>(), mode).Report.PeakBytes;
        Assert.Equal(Peak(new ForwardMode<double>(), 10), Peak(new ForwardMode<double>(), 1000));
        Assert.InRange(Peak(new ReverseMode<double>(), 10_000), 5 * Peak(new ReverseMode<double>(), 100), 11 * Peak(new ReverseMode<double>(), 100));
    }

    private static (long Before, long After) Window(
        TaskDistribution<double> tasks, UpdateRule<double> rule, Unroll unroll, MetaStep<double> step, int threads)
    {
        var learner = new MetaLearner<double>(
            tasks, rule, new TaskInitialPoint<double>(), unroll, step,
            new MetaLearnerOptions { OuterSteps = 220, StoppingChange = 0, Threads = threads });
        long before = 0, after = 0;
        learner.Learn(afterStep: l =>
        {
            if (l.OuterStep == 20)
                before = Allocation.SettledHeap();
            if (l.OuterStep == 220)
                after = Allocation.SettledHeap();
        });
        return (before, after);
    }

    private static InnerProblem<double> Penalized(int steps)
    {
        var task = new ObjectiveTask<double>(
            "penalized", () => new Regularized<double>(new QuadraticObjective<double>(TrialProblem.H2, [1, -1]), new RegularizerWeight(.1)), [.5, -.25])
        {
            Validation = () => new QuadraticObjective<double>([1, 0, 0, 3], [.2, .4]),
        };
        return new InnerProblem<double>(task, new Sgd<double>(new SgdOptions { LearningRate = .3 }), new TaskInitialPoint<double>(), new Unroll(steps, FullBatch: true));
    }

    private static HypergradientStep<double> Hypergradient(Hypergradient<double> mode, MetaObjective<double> objective) =>
        new(mode, objective, new Adam<double>(new AdamOptions { LearningRate = 1e-3 }));
}
