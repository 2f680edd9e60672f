using System.Numerics;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Averaging;
using MetaMirror.UpdateRules.Bootstrapping;
using MetaMirror.UpdateRules.Neural;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Storage;

/// <summary>
/// The file format's names and settings of update rules: what a rule was before learning. What was learned, and constants such as a basis,
/// are tensors beside it.
/// </summary>
internal static class RuleCodec<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const string ChainKind = "chain";
    private const string BasisKind = "learned-basis";
    private const string TrackedKind = "tracked-basis";
    private const string OnlineKind = "online-rate";

    private static KindTable<UpdateRule<T>, T> Kinds { get; } = new(
        "update rule",
        Of<Chain<T>>(ChainKind, WriteChain, ReadChain),
        Of<Identity<T>>("identity", (_, _) => { }, (_, _) => new Identity<T>()),
        Of<Warmup<T>>("warmup", (r, w) => w.Integer("steps", r.Steps), (f, _) => new Warmup<T>(f.Integer("steps", 1))),
        Of<ConstantSchedule<T>>("constant", (r, w) => w.Last("factor", r), (f, _) => new ConstantSchedule<T>(f.Number("factor"), f.Flag("learn"))),
        Of<CosineSchedule<T>>("cosine", (r, w) => w.Last("finalFraction", r), (f, _) => new CosineSchedule<T>(f.Number("finalFraction"), f.Flag("learn"))),
        Of<LinearSchedule<T>>("linear", (r, w) => w.Last("finalFraction", r).Integer("begin", r.Begin).Integer("transitionSteps", r.TransitionSteps),
            (f, _) => new LinearSchedule<T>(f.Number("finalFraction"), f.Integer("begin"), f.IntegerOrNull("transitionSteps"), f.Flag("learn"))),
        Of<PolynomialSchedule<T>>("polynomial",
            (r, w) => w.Last("finalFraction", r).Number("power", r.Power).Integer("begin", r.Begin).Integer("transitionSteps", r.TransitionSteps),
            (f, _) => new PolynomialSchedule<T>(f.Number("finalFraction"), f.Number("power"), f.Integer("begin"), f.IntegerOrNull("transitionSteps"), f.Flag("learn"))),
        Of<InverseTimeSchedule<T>>("inverse-time", (r, w) => w.Last("decay", r), (f, _) => new InverseTimeSchedule<T>(f.Number("decay"), f.Flag("learn"))),
        Of<ExponentialSchedule<T>>("exponential", WriteExponential, ReadExponential),
        Of<ClipByNorm<T>>("clip-by-norm", (r, w) => w.Last("maxNorm", r), (f, _) => new ClipByNorm<T>(f.Number("maxNorm"), f.Flag("learn"))),
        Of<WeightDecay<T>>("weight-decay", (r, w) => w.Last("weightDecay", r), (f, _) => new WeightDecay<T>(f.Number("weightDecay"), f.Flag("learn"))),
        Of<MirrorDescent<T>>("mirror-descent",
            (r, w) => w.Last("learningRate", r).Object("divergence", d => DivergenceCodec<T>.Kinds.Write(r.Divergence, r.Divergence.Name, d)),
            (f, t) => new MirrorDescent<T>(DivergenceCodec<T>.Kinds.Read(f.Object("divergence"), t), f.Number("learningRate"), f.Flag("learn"))),
        Of<TrustRegion<T>>("trust-region", WriteScaling, (f, t) => new TrustRegion<T>(f.Number("radius"), Inside(f, t), f.Flag("learn"))),
        Of<PredictableTrustRegion<T>>("predictable-trust-region", WriteScaling, (f, t) => new PredictableTrustRegion<T>(f.Number("radius"), Inside(f, t), f.Flag("learn"))),
        Of<NormalizedGradient<T>>("normalized-gradient", WriteScaling, (f, t) => new NormalizedGradient<T>(f.Number("radius"), Inside(f, t), f.Flag("learn"))),
        Of<LastGradientHint<T>>("last-gradient-hint", (r, w) => w.Last("strength", r), (f, _) => new LastGradientHint<T>(f.Number("strength"), f.Flag("learn"))),
        Of<AverageHint<T>>("average-hint", HintCodec.WriteAverage, (f, _) => new AverageHint<T>(f.Number("strength"), f.Number("averaging"), f.Flag("learn"))),
        Of<OmegaHint<T>>("omega-hint", HintCodec.WriteAverage, (f, _) => new OmegaHint<T>(f.Number("strength"), f.Number("averaging"), f.Flag("learn"))),
        Of<OmegaMomentumHint<T>>("omega-momentum-hint", HintCodec.WriteAverage, (f, _) => new OmegaMomentumHint<T>(f.Number("strength"), f.Number("averaging"), f.Flag("learn"))),
        Of<HeavyBallHint<T>>("heavy-ball", (r, w) => HintCodec.WriteMomentum(r, r.Rate, w), (f, _) => new HeavyBallHint<T>(f.Number("momentum"), HintCodec.Rate(f), f.Flag("learn"))),
        Of<NesterovHint<T>>("nesterov", (r, w) => HintCodec.WriteMomentum(r, r.Rate, w), (f, _) => new NesterovHint<T>(f.Number("momentum"), HintCodec.Rate(f), f.Flag("learn"))),
        Of<LearnedBasis<T>>(BasisKind, WriteBasis, ReadBasis),
        Of<TrackedBasis<T>>(TrackedKind, TrackedBasisCodec.Write, TrackedBasisCodec.Read),
        Of<AveragedIterates<T>>("averaged-iterates", WriteIterates, (f, t) => new AveragedIterates<T>(Inside(f, t), f.Number("power"))),
        Of<AveragedRate<T>>("averaged-rate", WriteAveraged, (f, t) => new AveragedRate<T>(Inside(f, t), AveragedRateCodec.Read(f))),
        Of<OnlineRate<T>>(OnlineKind, WriteOnline, (f, t) => new OnlineRate<T>(Inside(f, t), OnlineRateCodec.Read(f))),
        Of<BootstrappedMetaGradient<T>>("bootstrapped-meta-gradient", WriteBootstrap, ReadBootstrap),
        Of<Sgd<T>>("sgd", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new Sgd<T>(ClassicRules.ReadSgd(f))),
        Of<Adam<T>>("adam", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new Adam<T>(ClassicRules.ReadAdam(f))),
        Of<AdamW<T>>("adamw", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new AdamW<T>(ClassicRules.ReadAdam(f))),
        Of<NAdam<T>>("nadam", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new NAdam<T>(ClassicRules.ReadNAdam(f))),
        Of<RmsProp<T>>("rmsprop", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new RmsProp<T>(ClassicRules.ReadRmsProp(f))),
        Of<AdaGrad<T>>("adagrad", (r, w) => ClassicRules.Write(r.Options, w), (f, _) => new AdaGrad<T>(ClassicRules.ReadAdaGrad(f))),
        Of<Lion<T>>("lion", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Lion<T>(RivalRules.ReadLion(f))),
        Of<Muon<T>>("muon", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Muon<T>(RivalRules.ReadMuon(f))),
        Of<Soap<T>>("soap", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Soap<T>(RivalRules.ReadSoap(f))),
        Of<Shampoo<T>>("shampoo", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Shampoo<T>(RivalRules.ReadShampoo(f))),
        Of<Prodigy<T>>("prodigy", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Prodigy<T>(RivalRules.ReadProdigy(f))),
        Of<ScheduleFreeAdamW<T>>("schedule-free", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new ScheduleFreeAdamW<T>(RivalRules.ReadScheduleFree(f))),
        Of<Osgm<T>>("osgm", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new Osgm<T>(RivalRules.ReadOsgm(f))),
        Of<PowerSign<T>>("powersign", SignRules.Write, (f, _) => new PowerSign<T>(SignRules.Read(f))),
        Of<AddSign<T>>("addsign", SignRules.Write, (f, _) => new AddSign<T>(SignRules.Read(f))),
        Of<MetaCurvature<T>>("meta-curvature", (r, w) => w.Number("learningRate", r.LearningRate), (f, _) => new MetaCurvature<T>(f.Number("learningRate"))),
        Of<ClipByValue<T>>("clip-by-value", (r, w) => w.Number("bound", r.Bound), (f, _) => new ClipByValue<T>(f.Number("bound"))),
        Of<ScheduledSgd<T>>("scheduled-sgd", (r, w) => RivalRules.Write(r.Options, w), (f, _) => new ScheduledSgd<T>(RivalRules.ReadScheduledSgd(f))),
        Of<WarpGrad<T>>("warp-grad", (r, w) => w.Number("learningRate", r.LearningRate), (f, _) => new WarpGrad<T>(f.Number("learningRate"))),
        Of<LstmRule<T>>("lstm-rule", NeuralRules.Write, (f, _) => new LstmRule<T>(NeuralRules.ReadLstm(f))),
        Of<MlpRule<T>>("mlp-rule", NeuralRules.Write, (f, _) => new MlpRule<T>(NeuralRules.ReadMlp(f))),
        Of<ArubaPlus<T>>("aruba-plus", (r, w) => w.Number("learningRate", r.Options.LearningRate).Number("zeta", r.Options.Zeta).Number("coefficient", r.Options.Coefficient),
            (f, _) => new ArubaPlus<T>(new ArubaPlusOptions { LearningRate = f.Number("learningRate"), Zeta = f.Number("zeta"), Coefficient = f.Number("coefficient") })));

    /// <summary>A rule as JSON, and its constants.</summary>
    /// <exception cref="NotSupportedException">A part of the rule is of a type that the format doesn't have.</exception>
    public static (string Json, IReadOnlyList<TensorEntry> Constants) Write(UpdateRule<T> rule, ParameterLayout layout)
    {
        IReadOnlyList<TensorEntry> constants = [];
        string json = LayoutJson.Text(j =>
        {
            var writer = new RuleWriter<T>(j, layout);
            j.WriteStartObject();
            Kinds.Write(rule, rule.Name, writer);
            j.WriteEndObject();
            constants = writer.Constants;
        });
        return (json, constants);
    }

    /// <summary>The rule of a file.</summary>
    /// <exception cref="StorageException">The description is wrong in any way.</exception>
    public static UpdateRule<T> Read(string json, RuleTensors<T> tensors)
    {
        try
        {
            return Kinds.Read(JsonFields.Parse(json, "rule"), tensors);
        }
        catch (ArgumentException e)
        {
            throw new StorageException($"rule: expected settings in their ranges, found others: {Quoted.Sentence(e.Message)}", e);
        }
    }

    private static Kind<UpdateRule<T>, T> Of<TRule>(string name, Action<TRule, RuleWriter<T>> write, Func<JsonFields, RuleTensors<T>, TRule> read)
        where TRule : UpdateRule<T> => Kind<UpdateRule<T>, T>.Of(name, write, read);

    private static void WriteChain(Chain<T> chain, RuleWriter<T> w)
    {
        bool several = chain.Members.Count(m => m is LearnedBasis<T> or TrackedBasis<T>) > 1;
        w.Objects("members", chain.Members, (writer, member, i) =>
        {
            writer.Prefix = several ? $"{i}." : "";
            Kinds.Write(member, member.Name, writer);
        });
    }

    private static Chain<T> ReadChain(JsonFields f, RuleTensors<T> tensors)
    {
        JsonFields[] members = [.. f.Objects("members")];
        string[] kinds = [.. members.Select(m => m.Text("kind"))];
        if (kinds.Contains(ChainKind))
            throw new StorageException("chain: expected members that are no chains, found one");
        bool several = kinds.Count(k => k is BasisKind or TrackedKind) > 1;
        var rules = new UpdateRule<T>[members.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            tensors.Prefix = several ? $"{i}." : "";
            rules[i] = Kinds.Read(members[i], tensors);
        }

        return new Chain<T>(rules);
    }

    private static void WriteBootstrap(BootstrappedMetaGradient<T> r, RuleWriter<T> w) => BootstrapCodec.Write(r, w, (inside, x) => Kinds.Write(inside, inside.Name, x));

    private static BootstrappedMetaGradient<T> ReadBootstrap(JsonFields f, RuleTensors<T> tensors) => BootstrapCodec.Read(f, tensors, Kinds.Read);

    private static void WriteScaling(DualNormScaling<T> r, RuleWriter<T> w) =>
        w.Last("radius", r).Object("rule", inside => Kinds.Write(r.Rule, r.Rule.Name, inside));

    private static void WriteOnline(OnlineRate<T> r, RuleWriter<T> w)
    {
        OnlineRateCodec.Write(r.Options, w);
        w.Object("rule", inside => Kinds.Write(r.Rule, r.Rule.Name, inside));
    }

    private static void WriteAveraged(AveragedRate<T> r, RuleWriter<T> w)
    {
        AveragedRateCodec.Write(r.Options, w);
        w.Object("rule", inside => Kinds.Write(r.Rule, r.Rule.Name, inside));
    }

    private static void WriteIterates(AveragedIterates<T> r, RuleWriter<T> w) => w.Number("power", r.Power).Object("rule", inside => Kinds.Write(r.Rule, r.Rule.Name, inside));

    private static UpdateRule<T> Inside(JsonFields f, RuleTensors<T> tensors) => Kinds.Read(f.Object("rule"), tensors);

    private static void WriteExponential(ExponentialSchedule<T> r, RuleWriter<T> w) =>
        w.Start("rate", r, 0).Integer("transitionSteps", r.TransitionSteps).Integer("begin", r.Begin).Flag("staircase", r.IsStaircase).Start("endFraction", r, 1)
            .Flag("learn", r.MetaSpecs(ParameterLayout.Vector(0))[0].Learned);

    private static ExponentialSchedule<T> ReadExponential(JsonFields f, RuleTensors<T> tensors) =>
        new(f.Number("rate"), f.Integer("transitionSteps", 1), f.Integer("begin"), f.Flag("staircase"), f.NumberOrNull("endFraction"), f.Flag("learn"));

    private static void WriteBasis(LearnedBasis<T> r, RuleWriter<T> w)
    {
        LearnedBasisOptions o = r.Options;
        w.Number("learningRate", o.LearningRate).Number("momentum", o.Momentum).Number("averaging", o.Averaging).Number("priorWeight", o.PriorWeight).Learn(o.Learn);
        BasisTensors.Write(r.Blocks, w);
    }

    private static LearnedBasis<T> ReadBasis(JsonFields f, RuleTensors<T> tensors)
    {
        var options = new LearnedBasisOptions
        {
            LearningRate = f.Number("learningRate"),
            Momentum = f.Number("momentum"),
            Averaging = f.Number("averaging"),
            PriorWeight = f.Number("priorWeight"),
            Learn = f.Texts("learn"),
        };
        return new LearnedBasis<T>(BasisTensors.Read(tensors), options);
    }
}
