using System.Xml.Linq;
using MetaMirror.Certificates;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Comparisons;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Reports;
using MetaMirror.Experiments.Runs;
using MetaMirror.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Certifications;

public sealed class PlanCertificationTests
{
    private static readonly Plan Sensors = new(
        "few-sensors", new SensorsPlan(4), new TrainingPlan(40), new TargetPlan(TargetQuantity.TrainingLoss, 0.5), new LinearPlan(L2: 0.01),
        Seeds: 2, Baselines: ["sgd", "adam"], Tuning: new TuningPlan(Schedules: [ScheduleName.Constant], MaxExtensions: 0));

    private static readonly Plan Quadratics = new(
        "few-quadratics", new MetaQuadraticsPlan(LearnTasks: 6, HeldOutTasks: 3), new TrainingPlan(20_000), new TargetPlan(TargetQuantity.GradientNorm, 1e-3));

    [Fact]
    public void Quadratics_have_every_level_and_fresh_ones_are_drawn_without_end()
    {
        CertificationResult result = Certify(Quadratics, Rule(), ParameterLayout.Vector(2), [.. Enumerable.Range(0, 6).Select(i => $"stretched-{i}")]);
        Assert.All(result.Certificates, c => Assert.False(c.IsExceeded, c.Verdict));
        Assert.Equal(["stretched-6", "stretched-7", "stretched-8"], result.Certificates.Where(c => c.Name == "regret").Select(c => c.Task));
        Assert.All((string[])["across-tasks", "theorem-4.1-corrected", "rank, number of steps to the target"], name => Assert.NotNull(Assert.Single(result.Certificates, c => c.Name == name).Bound));
        Assert.Empty(result.Notes);
        Assert.Equal(PremiseStatus.Checked, Unseen(result).Status);
    }

    [Fact]
    public void Tasks_that_were_learned_on_are_not_held_out()
    {
        // Two tasks that this plan has not got, too: the fresh ones begin after them.
        CertificationResult result = Certify(Quadratics, Rule(), ParameterLayout.Vector(2), [.. Enumerable.Range(0, 11).Select(i => $"stretched-{i}")]);
        Assert.Equal(PremiseStatus.Failed, Unseen(result).Status);
        Assert.True(result.Certificates.Single(c => c.Name == "across-tasks").IsRefused);
        Assert.Contains("runs below are on tasks it has seen", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal(PremiseStatus.Assumed, Unseen(Certify(Quadratics, Rule(), ParameterLayout.Vector(2), null)).Status);
    }

    [Fact]
    public void Fresh_quadratics_are_none_that_were_learned_on()
    {
        Assert.Equal([9, 11, 12], FreshRuns<double>.Numbers(9, 3, i => i != 10));

        // Learned on two beyond the plan's nine, which are other tasks than the first two fresh ones.
        Certificate without = Rank(6), with = Rank(14);
        Assert.NotEqual(without.Measured, with.Measured);

        static Certificate Rank(int learned) => Certify(Quadratics, Rule(), ParameterLayout.Vector(2), [.. Enumerable.Range(0, learned).Select(i => $"stretched-{i}")])
            .Certificates.Single(c => c.Level == CertificateLevel.L4);
    }

    [Fact]
    public void A_printed_maximum_about_the_origin_has_no_regret_and_no_family()
    {
        var rule = new MirrorDescent<double>(new MaxOfDiagonals<double>(2, 20, center: Center.Origin, step: MaxStep.Printed), 1);
        CertificationResult result = Certify(Quadratics, rule, ParameterLayout.Vector(2), ["stretched-0", "stretched-1"]);
        Assert.All(result.Certificates.Where(c => c.Name is "regret" or "linearized-regret" or "across-tasks" or "theorem-4.1-corrected"), c => Assert.True(c.IsRefused, c.Verdict));
        Assert.Contains("centered at the start", result.Certificates.Single(c => c.Name == "theorem-4.1-corrected").Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_report_has_every_certificate_both_theorems_and_every_premise(bool refused)
    {
        UpdateRule<double> rule = refused ? new MirrorDescent<double>(new MaxOfDiagonals<double>(2, 20, center: Center.Origin, step: MaxStep.Printed), 1) : Rule();
        CertificationResult result = Certify(Quadratics, rule, ParameterLayout.Vector(2), ["stretched-0", "stretched-1", "stretched-2"]);
        string[] cells = Cells(CertificationReport.Of(result));
        FamilyTheorem theorem = Assert.Single(result.Certificates, c => c.Family is not null).Family!;
        int sum = Array.IndexOf(cells, "sum");
        Assert.Equal([NumberText.Significant(theorem.PrintedBound, 4), NumberText.Significant(theorem.Bound, 4)], cells[(sum + 1)..(sum + 3)]);
        Assert.True(double.IsFinite(theorem.Bound) && theorem.PrintedBound < theorem.Bound);
        Assert.Equal(refused, result.Certificates.Single(c => c.Family is not null).IsRefused);
        var all = new HashSet<string>(cells, StringComparer.Ordinal);
        Assert.All(result.Certificates, c =>
        {
            Assert.Contains(c.Verdict, all);
            Assert.All(c.Premises, p => Assert.True(p.How.Length > 0 && all.Contains(p.Text) && all.Contains(p.How), p.Text));
        });
        Assert.DoesNotContain("NaN", string.Concat(cells), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_certificates_with_one_and_two_threads()
    {
        string[] one = Texts(1), two = Texts(2);
        Assert.Equal(one, two);

        static string[] Texts(int threads) =>
            [.. Certify(Quadratics, Rule(), ParameterLayout.Vector(2), ["stretched-0", "stretched-1"], threads).Certificates.Select(c => $"{c.Task} {c.Name} {c.Bound:R} {c.Measured:R}")];
    }

    [Fact]
    public void Without_a_recipe_all_tasks_are_held_out_and_it_is_said()
    {
        CertificationResult result = Certify(Sensors, Rule(), SensorLayout(), null);
        Assert.Contains("does not say which tasks", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal(4, result.Certificates.Count(c => c.Name == "regret"));
        Assert.DoesNotContain(result.Certificates, c => c.Name == "theorem-4.1-corrected");
        Assert.Contains(result.Certificates, c => c.Level == CertificateLevel.L4 && c.Premises.Any(p => p.Text.Contains("a sensor generated anew", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_row_of_a_convex_comparison_has_its_universal_certificate()
    {
        PlanComparisonResult<double> compared = new PlanComparison<double>(Sensors, Data, new LearningSettings(1, 1), TimeProvider.System)
            .Run(["sensor-0"], [new Contender<double>("mine", OptimizerRole.Learned, Rule())], TestContext.Current.CancellationToken);
        ComparisonResult result = compared.Result;
        Assert.Equal(3, result.Comparison.Count);
        Assert.All(result.Comparison, r =>
        {
            Assert.NotNull(r.Certificate);
            Assert.InRange(r.Certificate.Measured!.Value, -1e-9, r.Certificate.Bound!.Value);
            Assert.StartsWith("holds", r.Certificate.Verdict, StringComparison.Ordinal);
        });
        Assert.Contains("\"certificate\": {", ComparisonJson.ToText(result), StringComparison.Ordinal);

        // The report has them with their premises.
        string[] cells = Cells(PlanReport.Of(Sensors, compared, 1));
        Assert.All(result.Comparison, r =>
        {
            Assert.Contains(r.Certificate!.Verdict, cells);
            Assert.All(r.Certificate.Certificate!.Premises, p => Assert.True(cells.Contains(p.Text) && cells.Contains(p.How), p.Text));
        });
    }

    [Fact]
    public void Other_shapes_are_refused_by_name()
    {
        StorageException error = Assert.Throws<StorageException>(() => Certify(Sensors, Rule(), ParameterLayout.Vector(2), null));
        Assert.Contains("was learned for theta [2]", error.Message, StringComparison.Ordinal);
    }

    private static string[] Cells(ReportModel model)
    {
        using var page = new StringWriter();
        ReportWriter.Write(model, page);
        return [.. XDocument.Parse(page.ToString()).Descendants("td").Select(c => c.Value)];
    }

    private static Premise Unseen(CertificationResult result) =>
        result.Certificates.Single(c => c.Name == "across-tasks").Premises.Single(p => p.Text.Contains("before the held-out tasks were seen", StringComparison.Ordinal));

    private static DatasetCatalogue Data => new(new DataLocations());

    private static MirrorDescent<double> Rule() => new(new ScaledIdentity<double>(20), 1);

    private static ParameterLayout SensorLayout() => MetaMirror.Experiments.Families.PlanTasks.Of<double>(Sensors, Data, 1)[0].Layout;

    private static CertificationResult Certify(Plan plan, UpdateRule<double> rule, ParameterLayout layout, string[]? learnedOn, int threads = 2)
    {
        double[] values = new MetaParameters<double>([], rule.MetaSpecs(layout), []).Natural.ToArray();
        var learned = new LearnedOptimizer<double>("mine", rule, [.. values], layout, plan.Training.Steps)
        {
            Recipe = learnedOn is null ? "{}" : new LearningRecipe(LearningRecipe.PlanOf(plan), 1, learnedOn, null, "Double", 0, 1).ToText(),
        };
        return new PlanCertification<double>(plan, Data, new LearningSettings(1, threads)).Run(learned, 5, TestContext.Current.CancellationToken);
    }
}
