using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Tests.Plans;

/// <summary>What a mistake in a plan is answered with, word for word.</summary>
public sealed class PlanErrorTests
{
    private const string Valid = """
        {
          "name": "mine",
          "family": { "kind": "rotated-images", "dataset": "optdigits", "angles": [0, 15] },
          "model": { "kind": "mlp", "hidden": [32] },
          "training": { "steps": 400, "batchSize": 64 },
          "target": { "quantity": "trainingLoss", "value": 0.1 },
          "learn": { "optimizer": "metamirror-basis" },
          "baselines": ["sgd", "adam"],
          "tuning": { "learningRates": { "sgd": [0.1, 0.2] } }
        }
        """;

    private const string Datasets = "optdigits, mnist, fashion-mnist, kmnist, usps, qmnist, svhn, cifar-10, cifar-100, cifar-100-coarse, stl-10";
    private const string Baselines = "sgd, sgd-momentum, nesterov, rmsprop, adam, nadam, adamw, adagrad";
    private const string Tunable = Baselines + ", optimistic-sgd, omega, lion, muon, soap, shampoo, prodigy, schedule-free, hypergradient-descent, hypergradient-descent-elementwise, hypergradient-adam, normalized-hypergradient, optimistic-hypergradient, optimistic-hypergradient-scalar, lookahead-hypergradient, hypergradient-adam-elementwise, optimistic-hypergradient-adam, averaged-meta-gradient, "
        + "optimistic-meta-gradient, osgm, bootstrapped, bootstrapped-momentum, bootstrapped-adam, bootstrapped-kl, bootstrapped-steps, bootstrapped-to-momentum, bootstrapped-to-adam, meta-gradient, powersign, addsign";
    private const string TopKeys = "$schema, name, description, family, model, training, target, seeds, evaluation, timing, learn, also, matchInnerGradients, controls, baselines, heldOut, tuning";

    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "\"steps\": 400", "\"stepz\": 400", "$.training.stepz: expected a key among steps, batchSize, found 'stepz' (did you mean 'steps'?)\n$.training.steps: expected an integer of at least 1 and at most 100000000, found nothing" },
        { "\"steps\": 400", "\"steps\": \"many\"", "$.training.steps: expected an integer of at least 1 and at most 100000000, found 'many'" },
        { "\"steps\": 400", "\"steps\": 0", "$.training.steps: expected an integer of at least 1 and at most 100000000, found 0" },
        { "\"steps\": 400", "\"steps\": 4.5", "$.training.steps: expected an integer of at least 1 and at most 100000000, found 4.5" },
        { "\"steps\": 400", "\"steps\": 1e99", "$.training.steps: expected an integer of at least 1 and at most 100000000, found 1e99" },
        { "\"value\": 0.1", "\"value\": -1", "$.target.value: expected a number above 0 or 'bestClassicFinal', found -1" },
        { "\"value\": 0.1", "\"value\": 1e999", "$.target.value: expected a number above 0 or 'bestClassicFinal', found 1e999" },
        { "\"value\": 0.1", "\"value\": \"bestClasicFinal\"", "$.target.value: expected a number above 0 or 'bestClassicFinal', found 'bestClasicFinal' (did you mean 'bestClassicFinal'?)" },
        { "\"trainingLoss\"", "\"traningLoss\"", "$.target.quantity: expected one of trainingLoss, gradientNorm, gradientMaximum, found 'traningLoss' (did you mean 'trainingLoss'?)" },
        { "\"trainingLoss\"", "\"gradientNorm\"", "$.target.quantity: expected 'trainingLoss' or 'gradientMaximum': 'gradientNorm' is for meta-quadratics, found 'gradientNorm'" },
        { "\"trainingLoss\"", "\"gradientMaximum\"", "$.training.batchSize: expected none with the target 'gradientMaximum': it is that of the whole training set, found 64" },
        { "\"metamirror-basis\"", "\"metamirror-tracked\", \"start\": \"random\", \"prior\": 1", "$.learn.prior: expected 0: a random start has no prior, found a weight above 0" },
        { "\"metamirror-basis\"", "\"metamirror-basis\", \"learn\": [\"schedule\"], \"schedules\": [\"constant\"]", "$.learn.schedules: expected none that is constant: 'schedule' is all that is learned, found 'constant'" },
        { "\"baselines\"", "\"controls\": [\"unlearned-tracked\"], \"baselines\"", "$.controls[0]: expected the control of what is learned ('unlearned-tracked' is that of 'metamirror-tracked'), found 'unlearned-tracked'" },
        { "\"baselines\"", "\"controls\": [\"unlearned-mirror\"], \"baselines\"", "$.controls[0]: expected the control of what is learned ('unlearned-mirror' is that of a learned metric), found 'unlearned-mirror'" },
        { "rotated-images", "rotated-image", "$.family.kind: expected one of rotated-images, image-sets, digit-pairs, sensors, rotated-quadratic, meta-quadratics, folder, found 'rotated-image' (did you mean 'rotated-images'?)" },
        { "\"kind\": \"rotated-images\", ", "", "$.family.kind: expected one of rotated-images, image-sets, digit-pairs, sensors, rotated-quadratic, meta-quadratics, folder, found nothing" },
        { "\"optdigits\"", "\"optdigit\"", $"$.family.dataset: expected one of {Datasets}, found 'optdigit' (did you mean 'optdigits'?)" },
        { "[0, 15]", "[]", "$.family.angles: expected a list of at least 1, each a number of at least -360 and at most 360, found a list of 0" },
        { "[0, 15]", "[0, 15, 0]", "$.family.angles[2]: expected entries that differ, found 0 again" },
        { "[0, 15]", "[0, true]", "$.family.angles[1]: expected a number of at least -360 and at most 360, found true" },
        { "[0, 15]", "15", "$.family.angles: expected a list of at least 1, each a number of at least -360 and at most 360, found 15" },
        { "[\"sgd\", \"adam\"]", "[\"sgd\", \"adem\"]", $"$.baselines[1]: expected one of {Tunable}, found 'adem' (did you mean 'adam'?)" },
        { "\"sgd\": [0.1", "\"sdg\": [0.1", $"$.tuning.learningRates.sdg: expected one of {Tunable}, found 'sdg' (did you mean 'sgd'?)" },
        { "[0.1, 0.2]", "[0.2, 0.1]", "$.tuning.learningRates.sgd[1]: expected a rate above the one before it, 0.2, found 0.1" },
        { "metamirror-basis", "metamirror-bases", "$.learn.optimizer: expected one of metamd-diagonal, metamd-max3, metamd-diagonal-printed, metamd-max3-printed, metamirror-kronecker, metamirror-full, metamirror-basis, metamirror-tracked, meta-sgd, meta-curvature, warp-grad, aruba, aruba-plus, fds, lstm-rule, mlp-rule, found 'metamirror-bases' (did you mean 'metamirror-basis'?)" },
        { "\"metamirror-basis\"", "\"metamd-diagonal\", \"rank\": 3", "$.learn.rank: expected a key among optimizer, outerSteps, innerSteps, metaObjective, hypergradient, window, learningRate, damping, outerLearningRate, tasksPerStep, schedule, stoppingChange, warmStartSteps, warmStartInnerSteps, relativeFloor, found 'rank'" },
        { "\"metamirror-basis\"", "\"metamd-diagonal\", \"metaObjective\": \"final-loss\"", "$.learn.hypergradient: expected forward, reverse, truncated-reverse or implicit: the closed form is the un-relaxed bound's (regret-bound), found 'closed-form'" },
        { "\"name\": \"mine\",", "\"name\": \"Mine\",", "$.name: expected a text: lower-case letters, digits and hyphens, at most 64, found 'Mine'" },
        { "\"name\": \"mine\",", "\"name\": \"mine\", \"seed\": 5,", $"$.seed: expected a key among {TopKeys}, found 'seed' (did you mean 'seeds'?)" },
        { "\"model\": { \"kind\": \"mlp\", \"hidden\": [32] },", "", "$.model: expected an object with 'kind': one of mlp, lenet5, resnet18, linear, logistic, softmax, found nothing" },
        { "{ \"kind\": \"mlp\", \"hidden\": [32] }", "{ \"kind\": \"linear\" }", "$.model.kind: expected a model of classes (mlp, lenet5, resnet18, logistic, softmax): the targets of this family are classes, found 'linear'" },
        { "{ \"kind\": \"mlp\", \"hidden\": [32] }", "{ \"kind\": \"lenet5\" }", "$.model.kind: expected a model of small images (mlp, resnet18, softmax): lenet5 takes 12x12 pixels or more, and 'optdigits' has 8x8, found 'lenet5'" },
        { "{ \"kind\": \"mlp\", \"hidden\": [32] }", "\"mlp\"", "$.model: expected an object with 'kind', found 'mlp'" },
        { "\"name\": \"mine\",", "\"name\": \"mine\", \"evaluation\": { \"everySteps\": 500 },", "$.evaluation.everySteps: expected at most training.steps, 400, found 500" },
        { "\"name\": \"mine\",", "\"name\": null,", "$.name: expected a text: lower-case letters, digits and hyphens, at most 64, found null" },
    };

    [Fact]
    public void The_plan_that_is_spoiled_below_is_valid() => Assert.Equal("mine", PlanJson.Read(Valid, "mine.json").Name);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_place(string right, string wrong, string expected)
    {
        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(Spoiled((right, wrong)), "mine.json"));

        Assert.Equal(expected, string.Join('\n', exception.Errors));
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        string text = Spoiled(("\"steps\": 400", "\"steps\": 0"), ("rotated-images", "rotated-image"), ("\"adam\"", "\"adem\""), ("\"value\": 0.1", "\"value\": \"low\""));

        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(text, "mine.json"));

        Assert.Equal(
            $"""
            plan 'mine.json': 4 mistakes
              $.family.kind: expected one of rotated-images, image-sets, digit-pairs, sensors, rotated-quadratic, meta-quadratics, folder, found 'rotated-image' (did you mean 'rotated-images'?)
              $.training.steps: expected an integer of at least 1 and at most 100000000, found 0
              $.target.value: expected a number above 0 or 'bestClassicFinal', found 'low'
              $.baselines[1]: expected one of {Tunable}, found 'adem' (did you mean 'adam'?)
            """.ReplaceLineEndings("\n"),
            exception.Message);
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\n  \"name\": \"mine\",\n  name\n}", "line 3, byte 3")]
    [InlineData("{ \"name\": 1, \"name\": 2 }", "name")]
    [InlineData("[]", "$: expected an object, found a list")]
    [InlineData("null", "$: expected an object, found null")]
    public void Documents_that_are_no_plan_are_refused(string text, string part)
    {
        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(text, "mine.json"));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.Single(exception.Errors);
    }

    [Fact]
    public void Meta_quadratics_want_no_model_and_a_norm()
    {
        const string text = """
            { "name": "q", "family": { "kind": "meta-quadratics", "learnTasks": 3 }, "model": { "kind": "linear" },
              "training": { "steps": 10, "batchSize": 2 }, "target": { "quantity": "trainingLoss", "value": "bestClassicFinal" } }
            """;

        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(text, "q.json"));

        Assert.Equal(["$.model", "$.training.batchSize", "$.target.quantity", "$.target.value", "$.family.tuningTasks"], exception.Errors.Select(e => e.Path));
    }

    [Fact]
    public void Models_of_images_want_to_know_their_shape()
    {
        const string text = """
            { "name": "i", "family": { "kind": "FAMILY" }, "model": { "kind": "resnet18" }, "training": { "steps": 10, "batchSize": 8 }, "target": { "quantity": "trainingLoss", "value": 1 } }
            """;

        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(text.Replace("FAMILY", "sensors", StringComparison.Ordinal), "i.json"));

        Assert.Equal(
            ["$.model.kind: expected a model of plain features (mlp, linear, logistic, softmax): only rotated-images, image-sets and digit-pairs say how large their images are, found 'resnet18'"],
            exception.Errors.Select(e => e.ToString()));
        Plan plan = PlanJson.Read(text.Replace("FAMILY", "digit-pairs", StringComparison.Ordinal), "i.json");
        Assert.False(plan.IsDoublePrecision);
        Assert.Equal(plan.Model, PlanJson.Read(PlanJson.ToText(plan), "again").Model);
    }

    [Fact]
    public void Normalized_models_want_batches()
    {
        const string text = """
            { "name": "i", "family": { "kind": "digit-pairs" }, "model": { "kind": "MODEL" }, "training": { "steps": 10 }, "target": { "quantity": "trainingLoss", "value": 1 } }
            """;

        var exception = Assert.Throws<PlanException>(() => PlanJson.Read(text.Replace("MODEL", "resnet18", StringComparison.Ordinal), "i.json"));

        Assert.Equal(
            ["$.training.batchSize: expected an integer: batch normalization (resnet18) makes rows depend on each other, and the whole set as one batch would need memory for all of it, found nothing"],
            exception.Errors.Select(e => e.ToString()));
    }

    private static string Spoiled(params (string Right, string Wrong)[] changes)
    {
        string text = Valid;
        foreach ((string right, string wrong) in changes)
        {
            Assert.Contains(right, text, StringComparison.Ordinal);
            text = text.Replace(right, wrong, StringComparison.Ordinal);
        }

        return text;
    }
}
