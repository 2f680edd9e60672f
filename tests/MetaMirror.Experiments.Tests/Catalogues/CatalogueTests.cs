using MetaMirror.Experiments.Catalogues;
using MetaMirror.Experiments.Plans;
using MetaMirror.UpdateRules;

namespace MetaMirror.Experiments.Tests.Catalogues;

public sealed class CatalogueTests
{
    public static TheoryData<string> Tunable => [.. Catalogue.NamesOf("tunable")];

    [Fact]
    public void The_classic_optimizers_are_all_there() =>
        Assert.Equal(["sgd", "sgd-momentum", "nesterov", "rmsprop", "adam", "nadam", "adamw", "adagrad"], Catalogue.Baselines);

    [Fact]
    public void Rivals_are_in_tables_only_when_asked_for() => Assert.Equal(
        ["optimistic-sgd", "omega", "lion", "muon", "soap", "shampoo", "prodigy", "schedule-free", "hypergradient-descent", "hypergradient-descent-elementwise", "hypergradient-adam", "normalized-hypergradient", "optimistic-hypergradient",
         "optimistic-hypergradient-scalar", "lookahead-hypergradient", "hypergradient-adam-elementwise", "optimistic-hypergradient-adam",
         "averaged-meta-gradient", "optimistic-meta-gradient", "osgm", "bootstrapped", "bootstrapped-momentum", "bootstrapped-adam", "bootstrapped-kl",
         "bootstrapped-steps", "bootstrapped-to-momentum", "bootstrapped-to-adam", "meta-gradient",
         "powersign", "addsign"], Catalogue.Rivals);

    [Theory]
    [MemberData(nameof(Tunable))]
    public void Every_entry_makes_a_rule_with_the_rate_and_schedule_asked_for(string name)
    {
        OptimizerEntry<double> entry = Catalogue.Optimizer<double>(name);
        UpdateRule<double> constant = entry.Create(new RuleSetting(0.01, ScheduleName.Constant)), linear = entry.Create(new RuleSetting(0.02, ScheduleName.Linear));
        var layout = ParameterLayout.Vector(2);

        // Rates that adapt start from it; the rule inside then has rate 1.
        string rate = name.Contains("gradient", StringComparison.Ordinal) || name.StartsWith("bootstrapped", StringComparison.Ordinal) ? "online_rate" : "learning_rate";
        Assert.Equal(0.01, Assert.Single(constant.MetaSpecs(layout), s => s.Name.EndsWith(rate, StringComparison.Ordinal)).Initial[0]);
        Assert.Equal(0.02, Assert.Single(linear.MetaSpecs(layout), s => s.Name.EndsWith(rate, StringComparison.Ordinal)).Initial[0]);
        Assert.Equal(0.05, Assert.Single(linear.MetaSpecs(layout), s => s.Name.EndsWith("final_fraction", StringComparison.Ordinal)).Initial[0]);
        Assert.Equal(entry.Name, Catalogue.Optimizer<float>(name).Name);
    }

    [Theory]
    [MemberData(nameof(Tunable))]
    public void Grids_rise_by_one_ratio(string name)
    {
        var grid = Catalogue.Optimizer<double>(name).Grid;
        double ratio = grid[1] / grid[0];

        Assert.True(ratio > 1);
        for (int i = 1; i < grid.Length; i++)
            Assert.Equal(ratio, grid[i] / grid[i - 1], precision: 12);
    }

    [Fact]
    public void Unknown_names_get_the_nearest()
    {
        var optimizer = Assert.Throws<ArgumentException>(() => Catalogue.Optimizer<float>("adan"));
        var learned = Assert.Throws<ArgumentException>(() => Catalogue.LearnedOptimizer("metamd-diag"));

        Assert.StartsWith(
            "expected an optimizer among sgd, sgd-momentum, nesterov, rmsprop, adam, nadam, adamw, adagrad, optimistic-sgd, omega, lion, muon, soap, shampoo, prodigy, schedule-free, hypergradient-descent, hypergradient-descent-elementwise, hypergradient-adam, normalized-hypergradient, optimistic-hypergradient, optimistic-hypergradient-scalar, lookahead-hypergradient, hypergradient-adam-elementwise, optimistic-hypergradient-adam, averaged-meta-gradient, optimistic-meta-gradient, osgm, bootstrapped, bootstrapped-momentum, bootstrapped-adam, bootstrapped-kl, bootstrapped-steps, bootstrapped-to-momentum, bootstrapped-to-adam, meta-gradient, powersign, addsign, found 'adan' (did you mean 'adam'?)", optimizer.Message, StringComparison.Ordinal);
        Assert.EndsWith("found 'metamd-diag' (did you mean 'metamd-diagonal'?) (Parameter 'name')", learned.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_used_once() => Assert.Equal(Catalogue.OptimizerNames.Count, Catalogue.OptimizerNames.Distinct(StringComparer.Ordinal).Count());
}
