using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.Objectives;
using MetaMirror.Tasks;

namespace MetaMirror.Certificates;

/// <summary>What a certified run gives besides its certificates: family theorems are made of it.</summary>
/// <param name="Certificates">All, refused ones included.</param>
/// <param name="Reference">The solution compared with; null for losses that are not convex.</param>
/// <param name="Deployed">The optimizer as a formula.</param>
/// <param name="Bregman">B(u||theta_1), in the optimizer's metric.</param>
/// <param name="Distance">||u - theta_1||_2.</param>
/// <param name="LargestGradient">The largest ||g_t||_2.</param>
/// <param name="Regret">Mean-weight regret on the batches seen; not a number where there is none.</param>
public sealed record RunCertificationResult(
    ImmutableArray<Certificate> Certificates, ReferenceSolution? Reference, DeployedForm Deployed, double Bregman, double Distance, double LargestGradient, double Regret)
{
    /// <summary>Whether steps count differently in the regret, as <see cref="CertifiedRun.WeightedRegretName"/> says: they differ in size, or there is momentum.</summary>
    public bool IsWeighted { get; init; }

    /// <summary>What is known about the loss.</summary>
    public LossCurvature Curvature { get; init; }

    /// <summary>What rounding allows, less the run's largest deviation from its formula; null where no formula is known.</summary>
    public double? FormulaMargin { get; init; }
}

/// <summary>
/// Trains one task and certifies the run: L0, L1 and L2. Full batches: every theorem on the run itself. Mini-batches: those about the batches seen and their
/// expectations, and the universal certificate on full gradients, evaluated beside the run at every point.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="problem">Task, rule, start, number of steps.</param>
/// <param name="meta">Meta-parameters of all three places.</param>
public sealed class RunCertification<T>(InnerProblem<T> problem, MetaParameters<T> meta)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Objective<T> _objective = problem.Task.CreateTrainingObjective();

    /// <summary>What is known about the task's loss.</summary>
    public LossCurvature Curvature => _objective.Curvature(meta.Of(MetaPlace.Objective));

    /// <summary>Trains and certifies.</summary>
    /// <param name="key">Seed, outer step and task number of the run.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public RunCertificationResult Run(in BatchKey key, CancellationToken cancellationToken = default)
    {
        Descent<T> descent = problem.Descent;
        int steps = descent.Unroll.Steps;
        bool full = descent.Unroll.FullBatch;
        LossCurvature curvature = Curvature;
        var deployed = DeployedForm.Of(descent.Rule, descent.Layout, meta.Of(MetaPlace.Rule), steps);
        problem.Start(meta, key);
        ReferenceSolution? reference = curvature.IsConvex ? Solve(deployed.Geometry, descent.Initial, cancellationToken) : null;
        var own = new CertificateObserver<T>(deployed.Geometry, deployed.Form, steps, deployed.Changing);
        CertificateObserver<T>? whole = full || !curvature.IsConvex ? null : new CertificateObserver<T>(deployed.Geometry, null, steps);
        var gradients = new LargestGradientObserver<T>();
        List<DescentObserver<T>> observers = [own, gradients];
        if (whole is not null)
            observers.Add(new FullGradientObserver<T>(whole, _objective, meta));
        descent.Run(new ObserverGroup<T>([.. observers]), cancellationToken);

        // Any stored point serves where nothing is minimized: the end of the run.
        double[] end = Doubles(descent.Theta);
        double[] u = reference?.Point.ToArray() ?? end;

        Comparator comparator = Compared(reference, u, deployed.Geometry, curvature);
        double atU = reference?.Loss ?? double.NaN;
        ImmutableArray<Certificate> certificates;
        var run = new CertifiedRun
        {
            Sums = own.Sums,
            Changing = own.Changing,
            Curvature = curvature,
            Comparator = comparator,
            Source = full ? GradientSource.Full : GradientSource.MiniBatches,
            IndependentBatches = problem.Task is SupervisedTask<T> { Options.Order: var order } ? order == BatchOrder.WithReplacement : null,
            ComparatorLoss = atU,
            ComparatorLosses = full || !curvature.IsConvex ? [atU] : BatchLosses(u, key, steps),
            AverageLoss = curvature.IsConvex && own.Sums.IsFinished ? Loss(own.Sums.Average) : null,
            FinalLoss = curvature.IsConvex && own.Sums.IsFinished ? Loss(own.Sums.Final) : null,
            Obstacle = deployed.Obstacle,
        };
        if (!curvature.IsConvex)
            certificates = Certify(run, new LinearizedRegret(), new WeightedRegret(), new UniversalAverage());
        else if (whole is null)
            certificates = RunCertificates.Of(run, problem.Task.Name);
        else
            certificates =
            [
                .. Certify(run, new LinearizedRegret(), new WeightedRegret(), new MomentumRegret(), new ChangingMetricRegret(), new AdaGradRegret()),
                .. Certify(run, new PopulationAverage(), new PopulationConfidence(), new PopulationRegret()),
                .. Certify(OnWholeSet(run, whole.Sums), new UniversalAverage(), new UniversalLastIterate(), new GradientAtEnd()),
            ];
        bool usable = reference is not null && own.Sums.IsFinished;
        return new RunCertificationResult(
            certificates, reference, deployed, deployed.Geometry.Bregman(u, own.Sums.Initial), Distance(u, own.Sums.Initial), gradients.Largest,
            usable ? run.WeightedRegret * steps / own.Sums.WeightSum : double.NaN)
        {
            IsWeighted = run.IsWeighted,
            Curvature = curvature,
            FormulaMargin = deployed.Form is not null && double.IsFinite(own.Sums.Deviation) ? own.Sums.DeviationLimit - own.Sums.Deviation : null,
        };
    }

    private ReferenceSolution Solve(Geometry geometry, ReadOnlySpan<T> start, CancellationToken cancellationToken) => geometry.IsOnSimplices
        ? ReferenceSolution.OnSimplices(_objective, meta.Of(MetaPlace.Objective), start, cancellationToken)
        : ReferenceSolution.Of(_objective, meta.Of(MetaPlace.Objective), start, cancellationToken);

    /// <summary>Where the potential's curvature has no upper bound, a near minimizer may be far: then u itself is compared with.</summary>
    private static Comparator Compared(ReferenceSolution? reference, double[] u, Geometry geometry, LossCurvature curvature)
    {
        if (reference is { DualityGap: { } gap })
        {
            // Half the digits of the first gap, or what rounding of the gradient leaves: the name says the gap, whatever it is.
            double unit = double.CreateChecked(T.BitIncrement(T.One) - T.One);
            return Comparator.OnSimplices(u, gap, (Math.Sqrt(unit) * reference.FirstGap) + (16 * u.Length * unit * reference.GradientNorm));
        }

        return reference is null || !double.IsFinite(geometry.Largest) ? Comparator.Reference(u) : Comparator.Near(u, reference.GradientNorm, curvature);
    }

    private CertifiedRun OnWholeSet(CertifiedRun run, RunSums sums) => new()
    {
        Sums = sums,
        Curvature = run.Curvature,
        Comparator = run.Comparator,
        ComparatorLoss = run.ComparatorLoss,
        AverageLoss = sums.IsFinished ? Loss(sums.Average) : null,
        FinalLoss = run.FinalLoss,
        Obstacle = run.Obstacle,
    };

    private ImmutableArray<Certificate> Certify(CertifiedRun run, params ReadOnlySpan<RunCertificate> theorems)
    {
        var certificates = ImmutableArray.CreateBuilder<Certificate>();
        foreach (RunCertificate theorem in theorems)
        {
            if (theorem.Concerns(run))
                certificates.Add(theorem.Certify(run, problem.Task.Name));
        }

        return certificates.ToImmutable();
    }

    private double[] BatchLosses(double[] u, BatchKey key, int steps)
    {
        T[] point = [.. u.Select(T.CreateTruncating)];
        double[] losses = new double[steps];
        for (int t = 0; t < steps; t++)
            losses[t] = _objective.Evaluate(point, meta.Of(MetaPlace.Objective), key.At(t), []);
        return losses;
    }

    private double Loss(ReadOnlySpan<double> at)
    {
        T[] point = new T[at.Length];
        for (int i = 0; i < point.Length; i++)
            point[i] = T.CreateTruncating(at[i]);
        return _objective.Evaluate(point, meta.Of(MetaPlace.Objective), BatchKey.Full, []);
    }

    private static double[] Doubles(ReadOnlySpan<T> values)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = double.CreateTruncating(values[i]);
        return result;
    }

    private static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        return Math.Sqrt(sum);
    }
}
