#:project ../../src/MetaMirror.Experiments/MetaMirror.Experiments.csproj
#:property RunAnalyzers=false
#:property TreatWarningsAsErrors=false

// The tables of 0017-what-the-bound-chooses.md: [METAMIRROR_DATA=...] dotnet run -c Release docs/experiments/0017-what-the-bound-chooses.cs [digits|mnist|fashion]
// The un-relaxed bound of runs on source tasks for fixed metrics (rank, exponent, damping), beside the mean loss of the tracked rule with them on the same tasks, on other weights and batches.
using System.Globalization;
using MetaMirror;
using MetaMirror.Descents;
using MetaMirror.Experiments.Families;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;
using MetaMirror.Tasks;
using MetaMirror.UpdateRules;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string data = args.Length > 0 ? args[0] : "digits";
Plan plan = PlanFile.Read(data switch { "digits" => "rotated-digits", "mnist" => "rotated-mnist", _ => "rotated-fashion" });

// Rotations that no plan has, as in 0012 to 0015.
if (data != "digits")
    plan = plan with { Family = ((RotatedImagesPlan)plan.Family) with { Angles = [90, 120, 150] } };
bool isSmall = data == "digits";
int[] ranks = isSmall ? [64] : [0, 4, 16, 32];
double[] exponents = [.3, .4, .5, .55, .6, .7], dampings = [0, 1e-4, 1e-2, 1], priors = isSmall ? [0, 1, 10] : [0];
double[] steps = isSmall ? [.02, .04, .08, .16] : data == "mnist" ? [.01, .014, .02, .028] : [.007, .01, .014, .02];
double sourceRate = isSmall ? .01 : .004;
IReadOnlyList<SupervisedTask<float>> tasks = PlanTasks.Of<float>(plan, new DatasetCatalogue(DataLocations.Usual(null)), 1);
ParameterLayout layout = tasks[0].Layout;
var options = new TrackedBasisOptions { Rank = ranks[^1], RotateResidual = false, RotateTracked = false, LargestAspect = isSmall ? double.PositiveInfinity : 5, FactorEvery = isSmall ? 1 : 2, Momentum = isSmall ? .9 : .8 };

// Twice the same runs of Adam: first factors, then the energy of gradients and displacements in their eigenbases.
var statistics = new BoundStatistics(layout);
Sources(new StatisticsObserver<float>(statistics));
var energy = new Energy(statistics, options, ranks);
Sources(energy);

Console.WriteLine("| rank | exponent | bound at damping " + string.Join(" | ", dampings.Select(d => d.ToString())) + " | mean loss at prior " + string.Join(" | ", priors) + " |");
Console.WriteLine("|" + string.Concat(Enumerable.Repeat("---|", 2 + dampings.Length + priors.Length)));
var pool = new RunPool<float>(new WorkerTeam(Environment.ProcessorCount), 2);
IReadOnlyList<MeasuredTask<float>> measured = PlanTasks.Measured(plan, tasks, 2);
Measurement measurement = Measurement.Of(plan);
double least = ranks.Min((r) => exponents.Min(e => dampings.Min(d => energy.Bound(r, e, d))));
foreach (int rank in ranks)
{
    foreach (double exponent in exponents)
    {
        string bounds = string.Join(" | ", dampings.Select(d => (energy.Bound(rank, exponent, d) / least).ToString("f3")));
        string losses = string.Join(" | ", priors.Select(prior => steps.Min(step => MeanLoss(rank, exponent, prior, step)).ToString("f4")));
        Console.WriteLine($"| {rank} | {exponent} | {bounds} | {losses} |");
    }
}

void Sources(DescentObserver<float> observer)
{
    for (int k = 0; k < tasks.Count; k++)
    {
        var rule = new Chain<float>(new LinearSchedule<float>(0), new Adam<float>(new AdamOptions { LearningRate = sourceRate }));
        float[] theta = new float[layout.Length];
        var stream = new RandomStream(new StreamKey(1, 0, 0, StreamPurpose.InitialPoint, (uint)k));
        tasks[k].Initialize(ref stream, theta);
        var descent = new Descent<float>(tasks[k].CreateTrainingObjective(), rule, new Unroll(plan.Training.Steps));
        descent.Start(theta, new MetaParameters<float>([], rule.MetaSpecs(layout), []), new BatchKey(1, 0, 0, (uint)k));
        descent.Run(observer);
    }
}

double MeanLoss(int rank, double exponent, double prior, double step)
{
    var rule = new Chain<float>(new InverseTimeSchedule<float>(4), new TrackedBasis<float>(statistics, options with { Rank = rank, Exponent = exponent, PriorWeight = prior, LearningRate = step }));
    double sum = 0;
    foreach (MeasuredTask<float> task in measured)
        sum += pool.Run(task, measurement, "tracked", [new RunJob<float>(new Contender<float>("tracked", OptimizerRole.Learned, rule), 0), new RunJob<float>(new Contender<float>("tracked", OptimizerRole.Learned, rule), 1)]).Average(r => r.Diverged ? double.PositiveInfinity : r.MeanLoss);
    return sum / measured.Count;
}

// Sums of squares of rotated gradients and displacements, for each rank: what the basis keeps, then what it leaves out, elementwise.
sealed class Energy : DescentObserver<float>
{
    private readonly Side[] _sides;
    private readonly int[] _ranks;
    private long _steps, _runs;

    public Energy(BoundStatistics statistics, TrackedBasisOptions options, int[] ranks)
    {
        _ranks = ranks;
        _sides = [.. statistics.Layout.Blocks.Select((b, k) => new Side(b, statistics, k, options, ranks))];
    }

    public override void Visit(in PathPoint<float> point, ReadOnlySpan<float> state)
    {
        _steps++;
        foreach (Side s in _sides)
            s.Add(point.Gradient, isGradient: true);
    }

    public override void Finish(ReadOnlySpan<float> initial, ReadOnlySpan<float> final)
    {
        _runs++;
        float[] moved = new float[initial.Length];
        Vectors.Subtract(final, initial, moved);
        foreach (Side s in _sides)
            s.Add(moved, isGradient: false);
    }

    // sqrt(2 D G) with D = 1/2 mean over runs of sum p d^2 and G = mean over runs of sum over steps of g^2 / p: the bound at its best step. p = (v + damping * mean v)^e.
    public double Bound(int rank, double e, double damping)
    {
        double far = 0, steep = 0;
        foreach (Side s in _sides)
        {
            (double[] g, double[] d) = s.Sums[s.Ranks.Length > 1 ? Array.IndexOf(_ranks, rank) : 0];
            double mean = g.Sum() / g.Length / _steps;
            for (int i = 0; i < g.Length; i++)
            {
                double p = Math.Pow((g[i] / _steps) + (damping * mean) + (1e-9 * mean), e);
                far += p * d[i] / _runs;
                steep += g[i] / _runs / p;
            }
        }

        return Math.Sqrt(far * steep);
    }

    private sealed class Side
    {
        private readonly ParameterBlock _block;
        private readonly double[] _left, _right;
        private readonly bool _isTracked;

        public Side(ParameterBlock block, BoundStatistics statistics, int k, TrackedBasisOptions o, int[] ranks)
        {
            _block = block;
            (int m, int n) = (block.Rows, block.Columns);
            bool isMatrix = m > 1 && n > 1;
            _isTracked = n > o.LargestColumns;
            BasisBlock<double> basis = BasisBlock<double>.FromStatistics(statistics, k, n);
            _left = isMatrix && !_isTracked && m <= o.LargestAspect * n ? basis.Left.ToArray() : [];
            _right = isMatrix && n <= (_isTracked ? double.PositiveInfinity : o.LargestAspect * m) ? basis.Right.ToArray() : [];
            Ranks = _isTracked ? ranks : [n];
            Sums = [.. Ranks.Select(r => (new double[_isTracked ? (m * r) + (m * n) : m * n], new double[_isTracked ? (m * r) + (m * n) : m * n]))];
        }

        public int[] Ranks { get; }

        public (double[] Gradients, double[] Displacements)[] Sums { get; }

        public void Add(ReadOnlySpan<float> all, bool isGradient)
        {
            (int m, int n) = (_block.Rows, _block.Columns);
            double[] x = new double[m * n], turned = new double[m * n];
            for (int i = 0; i < x.Length; i++)
                x[i] = all[_block.Offset + i];
            if (_right.Length > 0)
                Gemm.Multiply<double>(false, false, m, n, n, 1, x, _right, 0, turned);
            else
                x.CopyTo(turned, 0);
            if (_left.Length > 0)
            {
                double[] right = [.. turned];
                Gemm.Multiply<double>(true, false, m, n, m, 1, _left, right, 0, turned);
            }

            for (int k = 0; k < Ranks.Length; k++)
            {
                double[] sum = isGradient ? Sums[k].Gradients : Sums[k].Displacements;
                if (!_isTracked)
                {
                    for (int i = 0; i < turned.Length; i++)
                        sum[i] += turned[i] * turned[i];
                    continue;
                }

                // Columns of the basis ascend: the last r are kept.
                int r = Ranks[k];
                double[] kept = new double[m * r], q = new double[n * r], rest = [.. x];
                for (int i = 0; i < m; i++)
                    Array.Copy(turned, (i * n) + n - r, kept, i * r, r);
                for (int i = 0; i < n; i++)
                    Array.Copy(_right, (i * n) + n - r, q, i * r, r);
                if (r > 0)
                    Gemm.Multiply<double>(false, true, m, n, r, -1, kept, q, 1, rest);
                for (int i = 0; i < kept.Length; i++)
                    sum[i] += kept[i] * kept[i];
                for (int i = 0; i < rest.Length; i++)
                    sum[kept.Length + i] += rest[i] * rest[i];
            }
        }
    }
}
