using System.Numerics;
using System.Text;
using System.Text.Json;
using MetaMirror.Divergences;
using MetaMirror.Optimism;
using MetaMirror.Storage;
using MetaMirror.Tests.UpdateRules;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Storage;

public sealed class LearnedOptimizerTests
{
    public static TheoryData<string> Cases => [.. LearnedCases.Names];

    public static TheoryData<string> Applicable => [.. LearnedCases.Applicable];

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_saved_is_loaded(string name)
    {
        RoundTrip<double>(name);
        RoundTrip<float>(name);
    }

    [Theory]
    [MemberData(nameof(Applicable))]
    public void A_loaded_optimizer_takes_the_same_steps(string name)
    {
        Assert.Equal(Steps(LearnedCases.Learned<double>(name)), Steps(Again(LearnedCases.Learned<double>(name))));
        Assert.Equal(Steps(LearnedCases.Learned<float>(name)), Steps(Again(LearnedCases.Learned<float>(name))));
    }

    [Fact]
    public void The_metadata_stand_in_a_fixed_order_and_tell_what_a_person_looks_for()
    {
        LearnedOptimizer<float> learned = LearnedCases.Learned<float>("deployed-basis");
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(learned)));
        Assert.Equal(
            ["format", "format_version", "name", "divergence", "step_size", "momentum", "schedule", "steps", "rule", "layout", "recipe", "recipe_sha256", "license", "learnedFrom", "certificate", "tensors_sha256"],
            file.Metadata.Select(m => m.Key));
        Assert.Equal("1", file.Value("format_version"));
        Assert.Equal("warmup > linear", file.Value("schedule"));
        Assert.Equal("adaptive diagonal in a learned basis", file.Value("divergence"));
        Assert.Equal("0.022", file.Value("step_size"));
        Assert.Equal("10", file.Value("steps"));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(learned.Recipe))), file.Value("recipe_sha256"));
        Assert.Equal(
            [
                "1.final_fraction", "2.learning_rate", "2.momentum", "2.averaging", "2.prior_weight", "2.scale.0.weight", "2.scale.0.bias",
                "0.weight.left", "0.weight.right", "0.weight.prior", "0.weight.rest", "0.bias.left", "0.bias.right", "0.bias.prior", "0.bias.rest",
            ],
            file.Tensors.Select(t => t.Name));
        Assert.Equal([4, 2], file.Tensor("0.weight.right").Shape.ToArray());
        using JsonDocument layout = JsonDocument.Parse(file.Value("layout"));
        Assert.Equal("0.weight", layout.RootElement[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Diagonal_metrics_have_the_names_and_shapes_of_the_parameters()
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(Bytes(LearnedCases.Learned<double>("diagonal"))));
        Assert.Equal(["0.weight", "0.bias", "learning_rate"], file.Tensors.Select(t => t.Name));
        Assert.Equal([3, 4], file.Tensor("0.weight").Shape.ToArray());
        Assert.Equal("diagonal", file.Value("divergence"));
        file = SafetensorsReader.Read(new MemoryStream(Bytes(LearnedCases.Learned<double>("two-bases"))));
        Assert.Contains("0.0.weight.left", file.Tensors.Select(t => t.Name));
        Assert.Contains("2.0.weight.rest", file.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Either_precision_reads_the_other()
    {
        LearnedOptimizer<float> single = LearnedCases.Learned<float>("deployed-basis");
        using var stream = new MemoryStream(Bytes(single));
        LearnedOptimizer<double> twice = LearnedOptimizer<double>.Load(stream);
        Assert.Equal(single.Natural, twice.Natural.Select(v => (float)v));
        using var wide = new MemoryStream(Bytes(twice));
        Assert.Equal(single.Natural, LearnedOptimizer<float>.Load(wide).Natural);
    }

    [Fact]
    public void The_fingerprint_is_the_files_hash()
    {
        LearnedOptimizer<double> learned = LearnedCases.Learned<double>("adam");
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Bytes(learned))), learned.Fingerprint);
        Assert.Equal(learned.Fingerprint, Again(learned).Fingerprint);
        Assert.NotEqual(learned.Fingerprint, LearnedCases.Learned<double>("adam", steps: 11).Fingerprint);
    }

    [Fact]
    public void Rules_that_the_format_lacks_are_refused_by_name()
    {
        var unknown = new MirrorDescent<double>(new NumericalMirrorStep<double>(new Bowl()), 0.1);
        var learned = new LearnedOptimizer<double>("mine", new Chain<double>(new Warmup<double>(2), unknown), [0.1], LearnedCases.Layout, 5);
        using var stream = new MemoryStream();
        string message = Assert.Throws<NotSupportedException>(() => learned.Save(stream)).Message;
        Assert.Contains(unknown.Divergence.Name, message, StringComparison.Ordinal);
        Assert.Contains("max-of-diagonals", message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);
        Assert.Contains("'odd'", Assert.Throws<NotSupportedException>(() => new LearnedOptimizer<double>("mine", new Odd(), [], LearnedCases.Layout, 5).Save(stream)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_and_divergence_of_the_library_can_be_saved()
    {
        // A user's potential, or guess, is code, which a file can't hold.
        Assert.Equal(
            [typeof(NumericalMirrorStep<double>), typeof(SuppliedHint<double>)],
            RuleParts.Missing(LearnedCases.Names.Select(n => LearnedCases.Learned<double>(n).Rule)).OrderBy(t => t.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Wrong_values_are_refused_when_they_are_joined()
    {
        var adam = new Adam<double>();
        Assert.Contains("expected 4 meta-parameters", Throws([0.1]), StringComparison.Ordinal);
        Assert.Contains("'learning_rate': expected values above 0", Throws([-0.1, 0.9, 0.99, 0]), StringComparison.Ordinal);
        Assert.Contains("'beta2': expected values above 0 and below 1", Throws([0.1, 0.9, 1, 0]), StringComparison.Ordinal);
        Assert.Contains("'weight_decay': expected values from 0", Throws([0.1, 0.9, 0.99, -1]), StringComparison.Ordinal);
        Assert.Contains("found NaN at entry 0", Throws([double.NaN, 0.9, 0.99, 0]), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LearnedOptimizer<double>("a", adam, [0.1, 0.9, 0.99, 0], LearnedCases.Layout, 0));
        Assert.Throws<ArgumentException>(() => new LearnedOptimizer<double>("a", adam, [0.1, 0.9, 0.99, 0], LearnedCases.Layout, 1) { Recipe = "{" });

        string Throws(double[] values) => Assert.Throws<ArgumentException>(() => new LearnedOptimizer<double>("a", adam, [.. values], LearnedCases.Layout, 1)).Message;
    }

    internal static byte[] Bytes<T>(LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        learned.Save(stream);
        return stream.ToArray();
    }

    internal static LearnedOptimizer<T> Again<T>(LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T> => LearnedOptimizer<T>.Load(new Unseekable(Bytes(learned)));

    private static T[] Steps<T>(LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        OptimizerRun<T> run = learned.Start(LearnedCases.Layout);
        T[] theta = LearnedCases.Start<T>();
        for (int t = 0; t < 12; t++)
        {
            run.GradientPoint(theta, new T[theta.Length]);
            run.Apply(LearnedCases.Gradient<T>(t), theta);
        }

        return theta;
    }

    private static void RoundTrip<T>(string name)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        LearnedOptimizer<T> learned = LearnedCases.Learned<T>(name), read = Again(learned);
        Assert.Equal(Bytes(learned), Bytes(LearnedCases.Learned<T>(name)));
        Assert.Equal(Bytes(learned), Bytes(read));
        Assert.Equal(
            (learned.Name, learned.Steps, learned.Recipe, learned.RecipeHash, learned.LearnedFrom, learned.License, learned.Certificate),
            (read.Name, read.Steps, read.Recipe, read.RecipeHash, read.LearnedFrom, read.License, read.Certificate));
        Assert.True(learned.Layout.Matches(read.Layout));
        Assert.Equal(learned.Natural, read.Natural);
        Assert.Equal(learned.Rule.Name, read.Rule.Name);
        Assert.Equal(learned.Rule.GetType(), read.Rule.GetType());
        Assert.Equal(learned.Rule.Mirror(learned.Layout)?.Divergence.Name, read.Rule.Mirror(learned.Layout)?.Divergence.Name);
        Assert.Equal(Declared(learned), Declared(read));
    }

    private static IEnumerable<(string, MetaTransform, bool, double, double)> Declared<T>(LearnedOptimizer<T> learned)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        learned.Rule.MetaSpecs(learned.Layout).Select(s => (s.Name, s.Transform, s.Learned, s.Lower, s.Upper));

    /// <summary>A user's rule.</summary>
    private sealed class Odd : UpdateRule<double>
    {
        public override string Name => "odd";

        public override IReadOnlyList<MetaParameterSpec<double>> MetaSpecs(ParameterLayout layout) => [];

        public override int StateLength(ParameterLayout layout) => 0;

        public override int ScratchLength(ParameterLayout layout) => 0;

        public override void Step(in StepContext<double> context, in Iterate<double> x) => x.Theta[0] = 0;

        public override void Jvp(in StepContext<double> context, in Iterate<double> x, ReadOnlySpan<double> metaTangent, in Iterate<double> tangent) => tangent.Theta[0] = 0;

        public override void Vjp(in StepContext<double> context, in Iterate<double> x, in Iterate<double> cotangent, Span<double> metaCotangent) => cotangent.Theta[0] = 0;
    }

    /// <summary>A user's potential, 1/2 ||theta||^2.</summary>
    private sealed class Bowl : Potential<double>
    {
        public override string Name => "bowl";

        public override double Value(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta) => MetaMirror.Numerics.Vectors.SquaredNorm(theta) / 2;

        public override void Gradient(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, Span<double> gradient) => theta.CopyTo(gradient);

        public override void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> meta, ReadOnlySpan<double> v, Span<double> product) => v.CopyTo(product);

        public override double StrongConvexity(ReadOnlySpan<double> meta) => 1;
    }
}
