using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Protocols;

namespace MetaMirror.Experiments.Tests.Plans;

public sealed class ProtocolPlanTests
{
    private static readonly string[] Tuned = ["sgd", "sgd-momentum", "nesterov", "rmsprop", "adam", "nadam", "adamw", "soap", "muon"];
    private static readonly string[] Learned = ["metamd-diagonal", "metamd-diagonal-printed", "metamd-max3", "metamd-max3-printed", "metamirror-tracked"];

    public static TheoryData<string, ProtocolScale> Scales => [.. from name in PaperProtocols.Names from scale in Enum.GetValues<ProtocolScale>() select (name, scale)];

    [Theory]
    [MemberData(nameof(Scales))]
    public void Every_table_has_every_row_and_every_plan_is_valid(string name, ProtocolScale scale)
    {
        Plan plan = PaperProtocols.Named(name).At(scale);
        Assert.Equal(Tuned, plan.Baselines);
        Assert.Equal(Learned, plan.Learned.Select(l => l.Optimizer).Order(StringComparer.Ordinal));
        Assert.Contains("unlearned-tracked", plan.Controls);
        string text = PlanJson.ToText(plan);
        Assert.Equal(text, PlanJson.ToText(PlanJson.Read(text, name)));
    }

    [Theory]
    [InlineData("rotated-mlp", 46_900)]
    [InlineData("linear", 1_000)]
    [InlineData("digits-lenet", 500)]
    public void The_papers_scale_has_its_steps_and_three_trials(string name, int steps)
    {
        Plan plan = PaperProtocols.Named(name).At(ProtocolScale.Paper);
        Assert.Equal((steps, 3), (plan.Training.Steps, plan.Seeds));
    }

    [Fact]
    public void The_table_has_the_tasks_and_runs_of_rotated_mnist()
    {
        Plan plan = PlanFile.Read("rotated-mlp"), known = PlanFile.Read("rotated-mnist");
        Assert.Equal(PlanJson.ToText(known), PlanJson.ToText(known with { Family = plan.Family, Model = plan.Model, Training = plan.Training }));
    }

    [Fact]
    public void Defaults_of_new_keys_hold_where_a_plan_leaves_them_out()
    {
        Assert.Equal(64, Assert.IsType<ResNet18Plan>(PlanFile.Read("cifar-resnet").Model).Width);
        Assert.True(PlanFile.Read("rotated-mnist").Evaluation.Certificates);
        Assert.False(PlanFile.Read("linear").Evaluation.Certificates);
        Assert.Equal(new TimingPlan(2, 10, 1), PlanFile.Read("cifar-resnet").Timing);
        Assert.Equal(0.01, PlanFile.Read("linear").Target.Within);
    }

    [Fact]
    public void Unknown_names_get_the_nearest() =>
        Assert.Contains("did you mean 'rotated-mlp'?", Assert.Throws<ArgumentException>(() => PaperProtocols.Named("rotated-mlq")).Message, StringComparison.Ordinal);
}
