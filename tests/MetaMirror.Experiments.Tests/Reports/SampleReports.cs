using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Tests.Reports;

/// <summary>Made-up reports of realistic size and shape; no figure in them was measured.</summary>
public static class SampleReports
{
    private sealed record Runner(string Name, OptimizerRole Role, double Rate, double Floor, double Milliseconds, double Accuracy, string Setting);

    private static readonly Runner[] Digits =
    [
        new("metamirror-basis", OptimizerRole.Learned, 0.062, 0.0021, 0.118, 0.9662, "step 0.024"),
        new("metamirror-tracked", OptimizerRole.Learned, 0.075, 0.0016, 0.171, 0.9689, "step 0.032"),
        new("unlearned-basis", OptimizerRole.Control, 0.031, 0.011, 0.118, 0.9591, "step 0.024"),
        new("soap", OptimizerRole.Rival, 0.086, 0.0012, 0.402, 0.9702, "step 0.05"),
        new("muon", OptimizerRole.Rival, 0.045, 0.0034, 0.233, 0.9644, "lr 0.02, momentum 0.95"),
        new("adam", OptimizerRole.Baseline, 0.034, 0.0055, 0.061, 0.9635, "lr 0.01, linear decay"),
        new("nadam", OptimizerRole.Baseline, 0.036, 0.0056, 0.064, 0.9631, "lr 0.01, linear decay"),
        new("sgd-momentum", OptimizerRole.Baseline, 0.031, 0.0081, 0.042, 0.9609, "lr 0.3, momentum 0.9, linear decay"),
        new("rmsprop", OptimizerRole.Baseline, 0.029, 0.009, 0.055, 0.9598, "lr 0.003, linear decay"),
        new("sgd", OptimizerRole.Baseline, 0.0065, 0.02, 0.038, 0.9378, "lr 1, linear decay"),
    ];

    /// <summary>Noise in [-1, 1] that needs no random stream.</summary>
    private static double Noise(int a, int b) => Math.Sin((a * 12.9898) + (b * 78.233)) * Math.Cos((a * 4.1) + (b * 0.37));

    public static ReportModel RotatedDigits()
    {
        var curves = Digits.Select((r, i) => Curve(r, i, "rotation-0", 400)).ToArray();
        var comparison = new ComparisonResult
        {
            Experiment = "rotated-digits",
            Target = new TargetDefinition("trainingLoss", 0.1, "Mean loss over the whole training set, before the update, every step, without smoothing; reached when it is first at or below 0.1."),
            Comparison = [.. Digits.Select((r, i) => Row(r, curves[i], "rotation-0", 0.1, 5))],
            MetaTraining = new MetaTrainingSummary(5, 400, 10, 26_000, 0, 41.7) { TaskNames = ["rotation-15", "rotation-30", "rotation-45", "rotation-60", "rotation-75"] },
            Curves = curves,
        };
        return new ReportModel
        {
            Title = "Learning to train on rotated digits",
            Comparison = comparison,
            Learned = "A basis and a prior of second moments for the three weight tensors of a 64-32-10 network, learned from five rotations of the digits. The sixth rotation was never seen while learning.",
            Facts =
            [
                new("rule", "basis + prior, rank 32, Nesterov momentum 0.9, second moments 0.99"),
                new("learned on", "rotation-15, rotation-30, rotation-45, rotation-60, rotation-75"),
                new("held out", "rotation-0"),
                new("step", "0.024 with five steps of warm-up and linear decay to 5 %"),
                new("optimizer file", "rotated-digits.safetensors, 214 KiB"),
            ],
            Preconditioner = [.. Enumerable.Range(0, 16).Select(Eigenvector), Diagonal()],
            Activations = [Activation("metamd-max3")],
            Figures = [new ReportFigure(new LineChart
            {
                Title = "Anisotropy of the metric while learning",
                XTitle = "outer step",
                YTitle = "max P / min P",
                Height = 260,
                Width = 976,
                Series = [new LineSeries("metamirror-basis", new SeriesStyle(SeriesWeight.Learned, 0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 3, 8, 17, 24, 33, 37, 40, 41, 42, 42])],
            }, "One value per outer step; 1 is a single learning rate.")],
            Tables = [new ReportTable("Certificates", ["level", "bound", "measured", "verdict"], [["L0", "12.4", "3.61", "holds"], ["L4", "61", "42", "holds with probability at least 0.83"], ["L1", "–", "–", "refused: the loss is not convex"]], "Levels that are refused say why.")],
            Definitions =
            [
                new("training loss", "mean loss over the whole training set, before the update, every step; no smoothing"),
                new("final loss", "mean over the last tenth of the run"),
                new("steps to target", "first time reached; median and quartiles over 5 seeds; none if in fewer than half"),
                new("ms per step", "gradient plus update, evaluation excluded, one thread, mean over 100 consecutive steps after 20"),
            ],
            Notes = ["The first gradients on rotation-0 lie within what meta-training saw; the fallback to AdamW was not used."],
            Machine = new MachineInfo("Example processor 3.1 GHz", 2, "Linux", ".NET 10.0.0", "AVX-512", 1) { MemoryGibibytes = 8 },
            Seed = 20260101,
            Provenance = [new("version", "MetaMirror 0.1.0"), new("to run it again", "metamirror demo --seed 20260101")],
            References =
            [
                new("gao2022", "B. Gao, H. Gouk, Y. Yang, T. Hospedales. Meta Mirror Descent: Optimiser Learning for Fast Convergence. 2022.", "@article{gao2022,\n  title = {Meta Mirror Descent},\n  year = {2022}\n}"),
                new("optdigits", "E. Alpaydin, C. Kaynak. Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, CC BY 4.0.", ""),
            ],
        };
    }

    /// <summary>Every rotation held out in turn, with its own target.</summary>
    public static ReportModel SixRotations()
    {
        var tasks = Enumerable.Range(0, 6).Select(k => "rotation-" + NumberText.Coordinate(15 * k)).ToArray();
        var runners = Digits.Where(r => r.Name is not ("nadam" or "rmsprop")).ToArray();
        var all = tasks.SelectMany((task, k) => runners.Select((r, i) => (Runner: r with { Rate = r.Rate * (1 + (0.25 * Noise(i, k))) }, Index: i + (10 * k), Task: task))).ToArray();
        var curves = all.Select(a => Curve(a.Runner, a.Index, a.Task, 400)).ToArray();
        return new ReportModel
        {
            Title = "Every rotation held out in turn",
            Comparison = new ComparisonResult
            {
                Experiment = "rotated-digits",
                Target = new TargetDefinition("trainingLoss", TargetValue.BestClassicFinal, "Per held-out task the lowest final training loss of the tuned classic baselines."),
                Comparison = [.. all.Select((a, i) => Row(a.Runner, curves[i], a.Task, 0.0512 + (0.01 * Noise(0, a.Index / 10)), 5))],
                MetaTraining = new MetaTrainingSummary(5, 400, 10, 26_000, 0, 4170),
                Curves = curves,
            },
        };
    }

    public static ReportModel Quadratics()
    {
        (string Name, double[] Steps)[] regimes = [("round", [9, 137, 146, 13.5]), ("stretched", [13, 156, 160, 715]), ("steep", [58, 198, 202, 2679])];
        (string Name, OptimizerRole Role)[] optimizers = [("metamd-diagonal", OptimizerRole.Learned), ("adam", OptimizerRole.Baseline), ("sgd-momentum", OptimizerRole.Baseline), ("sgd", OptimizerRole.Baseline), ("metamd-diagonal-printed", OptimizerRole.Control)];
        var rows = regimes.SelectMany(g => optimizers.Select((o, i) => new ComparisonRow
        {
            Optimizer = o.Name,
            Role = o.Role,
            HeldOutTask = g.Name,
            Target = 1e-3,
            Seeds = 100,
            Steps = 200_000,
            StepsToTarget = i < 4 ? new StepsToTarget(g.Steps[i], g.Steps[i] * 0.8, g.Steps[i] * 1.3, 100) : new StepsToTarget(null, null, null, 31),
            MillisecondsPerStep = 0.0004 * (i + 1),
            Tuning = o.Role == OptimizerRole.Learned ? null : new TuningSummary("grid", 25) { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["stepsToTarget"] = "lr 0.1" } },
        })).ToArray();
        return new ReportModel
        {
            Title = "Figure 1: quadratics in two dimensions",
            FairPlay = "Each baseline has one learning rate per regime, tuned on five training tasks over a logarithmic grid.",
            Comparison = new ComparisonResult
            {
                Experiment = "quadratics",
                Target = new TargetDefinition("gradientNorm", 1e-3, "Euclidean norm of the gradient below 0.001; at most 200,000 iterations."),
                Comparison = rows,
                MetaTraining = new MetaTrainingSummary(50, 100, 300, 1_500_000, 1_500_000, 3.4),
            },
            Trajectories =
            [
                Path("stretched", new PlaneQuadratic(9, 0.3, 0.1, 1, 1), [0.052, 2.2], 0.055),
                Path("steep", new PlaneQuadratic(100, 1, 0.26, 0.4, 1.2), [0.0047, 1.5], 0.005),
            ],
            PaperFigures =
            [
                new("iterations, stretched, learned diagonal", 15, 13, ""),
                new("iterations, stretched, Adam", 170, 156, "the paper's learning rate is not given"),
                new("accuracy of the third variant", null, 0.93, "not in the paper"),
            ],
        };
    }

    private static QuadraticPicture Path(string name, PlaneQuadratic q, double[] preconditioner, double eta)
    {
        OptimizerPath Run(string optimizer, Func<int, double, double, (double X, double Y)> step)
        {
            double x = 3, y = 3;
            List<double> xs = [x], ys = [y];
            for (var t = 1; t <= 150; t++)
            {
                var (gx, gy) = ((2 * ((q.Q00 * x) + (q.Q01 * y))) - q.B0, (2 * ((q.Q01 * x) + (q.Q11 * y))) - q.B1);
                var (dx, dy) = step(t, gx, gy);
                (x, y) = (x - dx, y - dy);
                xs.Add(x);
                ys.Add(y);
            }

            return new OptimizerPath(optimizer, [.. xs], [.. ys]);
        }

        double mx = 0, my = 0, vx = 0, vy = 0;
        return new QuadraticPicture(
            name,
            q,
            [
                Run("metamd-diagonal", (_, gx, gy) => (preconditioner[0] * gx * 0.9, preconditioner[1] * gy * 0.9)),
                Run("sgd", (_, gx, gy) => (eta * 1.6 * gx, eta * 1.6 * gy)),
                Run("adam", (t, gx, gy) =>
                {
                    (mx, my) = ((0.9 * mx) + (0.1 * gx), (0.9 * my) + (0.1 * gy));
                    (vx, vy) = ((0.999 * vx) + (0.001 * gx * gx), (0.999 * vy) + (0.001 * gy * gy));
                    double c1 = 1 - Math.Pow(0.9, t), c2 = 1 - Math.Pow(0.999, t);
                    return (0.2 * mx / c1 / Math.Sqrt(vx / c2), 0.2 * my / c1 / Math.Sqrt(vy / c2));
                }),
            ],
            $"A held-out task of the {name} regime.");
    }

    private static RunCurve Curve(Runner runner, int index, string task, int steps)
    {
        double[] median = new double[steps + 1], lower = new double[steps + 1], upper = new double[steps + 1];
        for (var t = 0; t <= steps; t++)
        {
            var decay = Math.Exp(-runner.Rate * t / (1 + (0.006 * t)));
            median[t] = ((2.303 - runner.Floor) * decay * (1 + (0.05 * (1 - decay) * Noise(index, t)))) + (runner.Floor * (1 + (0.1 * Noise(index + 9, t))));
            var spread = 1 + (0.22 * (1 - decay) * (1 + (0.2 * Noise(index + 3, t))));
            (lower[t], upper[t]) = (median[t] / spread, median[t] * spread);
        }

        return new RunCurve(runner.Name, task, [.. Enumerable.Range(0, steps + 1)], median, lower, upper);
    }

    private static ComparisonRow Row(Runner runner, RunCurve curve, string task, double target, int seeds)
    {
        double? First(double[] loss) => Array.FindIndex(loss, v => v <= target) is var t and >= 0 ? t : null;
        var isSgd = string.Equals(runner.Name, "sgd", StringComparison.Ordinal);
        var steps = isSgd ? new StepsToTarget(null, null, null, 2) : new StepsToTarget(First(curve.Median), First(curve.Lower), First(curve.Upper), seeds);
        return new ComparisonRow
        {
            Optimizer = runner.Name,
            Role = runner.Role,
            HeldOutTask = task,
            Target = target,
            Seeds = seeds,
            Steps = curve.Steps.Length - 1,
            Diverged = string.Equals(runner.Name, "soap", StringComparison.Ordinal) ? 1 : 0,
            StepsToTarget = steps,
            MeanTrainingLoss = curve.Median.Average(),
            FinalTrainingLoss = curve.Median[^40..].Average(),
            TestAccuracy = new MeanAndError(runner.Accuracy, 0.0021),
            MillisecondsPerStep = runner.Milliseconds,
            Tuning = runner.Role is OptimizerRole.Learned or OptimizerRole.Control
                ? new TuningSummary("none", 0) { Settings = Settings(runner.Setting, runner.Setting) }
                : new TuningSummary("grid", 15) { Settings = Settings(runner.Setting, runner.Setting.Replace("lr 0.01", "lr 0.004", StringComparison.Ordinal)) },
        };
    }

    private static SortedDictionary<string, string> Settings(string forSteps, string forLoss) =>
        new(StringComparer.Ordinal) { ["stepsToTarget"] = forSteps, ["finalTrainingLoss"] = forLoss, ["meanTrainingLoss"] = forSteps, ["testAccuracy"] = forLoss };

    private static ActivationFrequencies Activation(string optimizer)
    {
        var rows = Enumerable.Range(0, 101).Select(t =>
        {
            double a = Math.Exp(-t / 18.0), b = 0.55 * (1 - a) * Math.Exp(-t / 120.0);
            return (double[])[a, b, 1 - a - b];
        });
        return new ActivationFrequencies(optimizer, [.. rows]);
    }

    private static PreconditionerPicture Eigenvector(int k)
    {
        const int side = 8;
        var values = new double[side * side];
        for (var i = 0; i < values.Length; i++)
        {
            double r = (i / side) - 3.5, c = (i % side) - 3.5;
            values[i] = 0.25 * Math.Cos((k % 4 * r * 0.45) + (k * 0.2)) * Math.Cos(k / 4 * c * 0.45) * Math.Exp(-((r * r) + (c * c)) / 14);
        }

        return new PreconditionerPicture($"eigenvector {k + 1}", side, side, values, "The first sixteen directions of the learned input-side basis of the first layer, each as the 8 × 8 image that it weighs.");
    }

    private static PreconditionerPicture Diagonal()
    {
        const int side = 8;
        var values = new double[side * side];
        for (var i = 0; i < values.Length; i++)
        {
            double r = (i / side) - 3.5, c = (i % side) - 3.5;
            values[i] = 4 * Math.Exp(-((r * r * 0.5) + (c * c)) / 2.4) + 0.002;
        }

        return new PreconditionerPicture("S_R, diagonal", side, side, values, "Mean squared gradient of the first layer by input pixel, on a logarithmic scale.");
    }
}
