using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Tests.Plans;

public sealed class EmbeddedPlanTests
{
    public static TheoryData<string> Names => [.. PlanFile.Embedded];

    [Fact]
    public void All_plans_of_the_contract_are_there() => Assert.Equal(
        ["activation", "cifar-resnet", "digit-pairs", "digits-lenet", "diverse-digits", "eigenbasis-quadratic", "lenet-families", "linear", "logistic", "quadratics", "quadratics-round", "quadratics-steep", "rotated-digits", "rotated-fashion", "rotated-mlp", "rotated-mnist", "rotated-quadratic", "sensors"],
        PlanFile.Embedded);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_valid_and_bears_its_name(string name) => Assert.Equal(name, PlanFile.Read(name).Name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Written_and_read_again_it_is_the_same(string name)
    {
        string text = PlanJson.ToText(PlanFile.Read(name));

        Assert.Equal(text, PlanJson.ToText(PlanJson.Read(text, name)));
    }

    [Fact]
    public void Rotated_digits_says_what_the_demo_does()
    {
        Plan plan = PlanFile.Read("rotated-digits");

        var family = Assert.IsType<RotatedImagesPlan>(plan.Family);
        Assert.Equal([0, 15, 30, 45, 60, 75], family.Angles);
        Assert.Equal([32], Assert.IsType<MlpPlan>(plan.Model).Hidden);
        Assert.Equal((400, (int?)64, 5, 1, (int?)null, (double?)0.1), (plan.Training.Steps, plan.Training.BatchSize, plan.Seeds, plan.Evaluation.EverySteps, plan.Evaluation.Examples, plan.Target.Value.Number));
        Assert.Equal(7, plan.Baselines.Count);
        Assert.Equal([ScheduleName.Constant, ScheduleName.Linear, ScheduleName.Cosine, ScheduleName.InverseTime], plan.Tuning.Schedules);
        Assert.Equal(9, plan.Tuning.Rates);
        Assert.Equal("metamirror-tracked", Assert.IsType<TrackedLearning>(plan.Learn).Optimizer);
        Assert.False(plan.IsDoublePrecision);
    }

    [Theory]
    [InlineData("quadratics", QuadraticRegime.Stretched)]
    [InlineData("quadratics-round", QuadraticRegime.Round)]
    [InlineData("quadratics-steep", QuadraticRegime.Steep)]
    public void Quadratics_are_the_regimes(string name, QuadraticRegime regime)
    {
        Plan plan = PlanFile.Read(name);

        Assert.Equal(new MetaQuadraticsPlan(regime), plan.Family);
        Assert.Equal((200_000, (double?)1e-3), (plan.Training.Steps, plan.Target.Value.Number));
        Assert.True(plan.IsDoublePrecision);
    }

    [Theory]
    [InlineData("rotated-quadratic", true)]
    [InlineData("eigenbasis-quadratic", false)]
    public void Negative_controls_differ_in_their_rotation_and_target_alone(string name, bool rotated)
    {
        Plan plan = PlanFile.Read(name);

        Assert.Equal(new RotatedQuadraticPlan(rotated), plan.Family);
        Assert.Equal("metamirror-full", Assert.IsType<MatrixLearning>(plan.Learn).Optimizer);
        Assert.Equal("metamd-diagonal", Assert.IsType<MetaMdLearning>(Assert.Single(plan.Also)).Optimizer);

        // At the same target both metrics need two steps in the eigenbasis: it would decide nothing.
        Assert.Equal(rotated ? .1 : 1e-4, plan.Target.Value.Number);
        string other = PlanJson.ToText(PlanFile.Read("rotated-quadratic") with { Name = name, Description = plan.Description, Family = plan.Family, Target = plan.Target });
        Assert.Equal(other, PlanJson.ToText(plan));
        var error = Assert.Throws<PlanException>(() => PlanJson.Read(PlanFile.EmbeddedJson(name).Replace("\"linear\"", "\"softmax\"", StringComparison.Ordinal), "p.json"));
        Assert.Contains("$.model.kind: expected 'linear': a rotated quadratic is the loss of a linear model", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rotated-mnist", "sgd-momentum, nesterov, rmsprop, adam, nadam, adamw")]
    [InlineData("rotated-fashion", "sgd-momentum, nesterov, rmsprop, adam, nadam, adamw")]
    [InlineData("lenet-families", "sgd-momentum, rmsprop, adam, nadam, adamw")]
    [InlineData("diverse-digits", "sgd-momentum, rmsprop, adam, nadam, adamw")]
    public void Larger_sets_are_measured_every_five_steps_on_a_subset(string name, string baselines)
    {
        Plan plan = PlanFile.Read(name);

        Assert.Equal(new EvaluationPlan(5, 2000), plan.Evaluation);
        Assert.Null(plan.Target.Value.Number);
        Assert.Equal(baselines.Split(", "), plan.Baselines);
    }

    [Theory]
    [InlineData("rotated-digits")]
    [InlineData("rotated-mnist")]
    [InlineData("rotated-fashion")]
    [InlineData("lenet-families")]
    [InlineData("diverse-digits")]
    public void Baselines_are_tuned_over_every_schedule_that_the_learned_optimizer_may_choose(string name)
    {
        Plan plan = PlanFile.Read(name);

        Assert.Empty(((TrackedLearning)plan.Learn!).Schedules.Except(plan.Tuning.Schedules));
        Assert.Empty(((ScheduleName[])[ScheduleName.Constant, ScheduleName.Linear, ScheduleName.Cosine]).Except(plan.Tuning.Schedules));
        Assert.True(plan.Tuning.Rates >= 9);
    }

    [Fact]
    public void Unknown_names_get_the_nearest() => Assert.Equal(
        "expected a plan among activation, cifar-resnet, digit-pairs, digits-lenet, diverse-digits, eigenbasis-quadratic, lenet-families, linear, logistic, quadratics, quadratics-round, quadratics-steep, rotated-digits, rotated-fashion, rotated-mlp, rotated-mnist, rotated-quadratic, sensors, or the path of a .json file, "
        + "found 'rotated-digit' (did you mean 'rotated-digits'?) (Parameter 'name')",
        Assert.Throws<ArgumentException>(() => PlanFile.Read("rotated-digit")).Message);
}
