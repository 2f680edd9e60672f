using MetaMirror.Storage;

namespace MetaMirror.Tests.Storage;

/// <summary>Files that are well-formed safetensors and yet no learned optimizer: one clear message each.</summary>
public sealed class LearnedFileErrorTests
{
    private const string Rule = "rule";
    private const string Adam = """{"kind":"adam","learningRate":0.01,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"weightDecay":0,"maximize":false,"learn":["learning_rate"]}""";

    /// <summary>Case, metadata key, its new value (null removes it), part of the message.</summary>
    public static TheoryData<string, string, string?, string> Metadata => new()
    {
        { "adam", "format", null, "expected the metadata 'format' to be 'metamirror-learned-optimizer', found none" },
        { "adam", "format", "metamirror-bound-statistics", "found 'metamirror-bound-statistics'" },
        { "adam", "format_version", "2", "expected format version 1, found '2'" },
        { "adam", "format_version", null, "expected metadata key 'format_version'" },
        { "adam", "name", "", "name: expected a name" },
        { "adam", "steps", "0", "metadata steps: expected a whole number from 1" },
        { "adam", "steps", "-5", "metadata steps: expected a whole number from 1" },
        { "adam", "steps", "99999999999", "metadata steps: expected a whole number" },
        { "adam", "steps", "ten", "found 'ten'" },
        { "adam", "recipe", "{}", "recipe_sha256: expected 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" },
        { "adam", "recipe_sha256", "", "recipe or hash were changed" },
        { "adam", "license", null, "expected metadata key 'license'" },
        { "adam", "layout", "{}", "layout: expected a JSON list, found Object" },
        { "adam", "layout", "[", "layout: expected valid JSON" },
        { "adam", "layout", "[1]", "layout 0: expected a JSON object, found Number" },
        { "adam", "layout", """[{"name":"a"}]""", "expected the field 'shape', found 'name'" },
        { "adam", "layout", """[{"name":"","shape":[1]}]""", "not empty" },
        { "adam", "layout", """[{"name":"a","shape":[1]},{"name":"a","shape":[1]}]""", "found 'a' twice" },
        { "adam", "layout", """[{"name":"a","shape":[-1]}]""", "layout 0, shape: expected a list of whole numbers from 0, found '-1'" },
        { "adam", "layout", """[{"name":"a","shape":[1.5]}]""", "found '1.5'" },
        { "adam", "layout", """[{"name":"a","shape":[99999,99999,99999,99999]}]""", "expected at most 2147483591 parameters, found more in 'a'" },
        { "adam", "layout", """[{"name":"a","shape":[0,99999,99999]}]""", "found more in 'a'" },
        { "adam", "layout", """[{"name":"a","shape":[2000000000]},{"name":"b","shape":[2000000000]}]""", "expected at most 2147483591 parameters, found more" },
        { "adam", "layout", """[{"name":"a","shape":[1],"x":1}]""", "expected the fields name, shape, found 'x'" },
        { "adam", "layout", """[{"name":"a","name":"b","shape":[1]}]""", "valid JSON" },
        { "adam", "layout", """[{"name":"\ud800","shape":[1]}]""", "valid Unicode" },
        { "adam", Rule, "", "rule: expected valid JSON" },
        { "adam", Rule, "[]", "rule: expected a JSON object, found Array" },
        { "adam", Rule, "{}", "rule: expected the field 'kind', found none" },
        { "adam", Rule, """{"kind":7}""", "rule, kind: expected a String, found Number" },
        { "adam", Rule, """{"kind":"adem"}""", "found 'adem' (did you mean 'adam'?)" },
        { "adam", Rule, """{"kind":"lamb"}""", "update rule: expected one of the kinds chain, identity, warmup" },
        { "adam", Rule, """{"kind":"adam"}""", "rule: expected the field 'learningRate', found 'kind'" },
        { "adam", Rule, """{"kind":"warmup","steps":0}""", "rule, steps: expected a whole number from 1 to 2147483647, found 0" },
        { "adam", Rule, """{"kind":"warmup","steps":3000000000}""", "found 3000000000" },
        { "adam", Rule, """{"kind":"warmup","steps":2.5}""", "found '2.5'" },
        { "adam", Rule, """{"kind":"identity"}""", "found 'learning_rate' too" },
        { "adam", Rule, """{"kind":"identity","kindd":1}""", "found 'kindd' (did you mean 'kind'?)" },
        { "adam", Rule, """{"kind":"constant","factor":-1,"learn":false}""", "expected settings in their ranges" },
        { "adam", Rule, """{"kind":"constant","factor":1e999,"learn":false}""", "factor: expected a finite number, found '1e999'" },
        { "adam", Rule, """{"kind":"constant","factor":1,"learn":1}""", "learn: expected true or false, found Number" },
        { "adam", Rule, """{"kind":"chain","members":[{"kind":"chain","members":[]}]}""", "expected members that are no chains" },
        { "adam", Rule, """{"kind":"chain","members":[{"kind":"wormup"}]}""", "did you mean 'warmup'?" },
        { "adam", Rule, """{"kind":"chain","members":{}}""", "rule, members: expected a JSON list, found Object" },
        { "adam", Rule, """{"kind":"mirror-descent","learningRate":0.1,"learn":false,"divergence":{"kind":"diagonals"}}""", "divergence: expected one of the kinds" },
        { "adam", Rule, """{"kind":"sgd","learningRate":0.1,"momentum":0,"dampening":0,"nesterov":true,"weightDecay":0,"maximize":false,"learn":[]}""", "Nesterov" },
        { "adam", Rule, """{"kind":"adam","learningRate":0.01,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"weightDecay":0,"maximize":false,"learn":["rate"]}""", "no meta-parameter 'rate'" },
        { "adam", Rule, """{"kind":"adam","learningRate":0.01,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"weightDecay":0,"maximize":false,"learn":[1]}""", "learn: expected a list of texts" },
        { "adam", Rule, """{"kind":"adam","learningRate":0.01,"beta1":1.5,"beta2":0.999,"epsilon":1E-08,"weightDecay":0,"maximize":false,"learn":[]}""", "beta1" },
        { "diagonal", "layout", """[{"name":"0.weight","shape":[3,4]},{"name":"0.bias","shape":[4]}]""", "tensor '0.bias': expected the shape [4] that rule and layout give, found [3]" },
        { "diagonal", "layout", """[{"name":"0.weight","shape":[3,4]}]""", "found '0.bias' too" },
        { "diagonal", "layout", """[{"name":"0.weight","shape":[3,4]},{"name":"0.bias","shape":[3]},{"name":"1.bias","shape":[3]}]""", "expected tensor '1.bias', found" },
        { "max-exact", "layout", """[{"name":"0.weight","shape":[2000000000]}]""", "expected 6000000000 values, 3 for every parameter of the layout, found 46" },
        { "max-exact", Rule, """{"kind":"mirror-descent","learningRate":0.1,"learn":false,"divergence":{"kind":"max-of-diagonals","components":17,"center":"start","step":"exact","lambda":"min","lambdaParameter":0}}""", "expected 255 values" },
        { "max-exact", Rule, """{"kind":"mirror-descent","learningRate":0.1,"learn":false,"divergence":{"kind":"max-of-diagonals","components":3,"center":"middle","step":"exact","lambda":"min","lambdaParameter":0}}""", "expected center start or origin" },
        { "max-exact", Rule, """{"kind":"mirror-descent","learningRate":0.1,"learn":false,"divergence":{"kind":"max-of-diagonals","components":3,"center":"start","step":"exact","lambda":"max","lambdaParameter":0}}""", "lambda: expected one of min, printed-min" },
        { "diagonal", Rule, """{"kind":"mirror-descent","learningRate":0.1,"learn":false,"divergence":{"kind":"diagonal","lambda":"p-norm","lambdaParameter":-1}}""", "p must be positive" },
        { "basis", Rule, """{"kind":"learned-basis","learningRate":-1,"momentum":0.9,"averaging":0.99,"priorWeight":1,"learn":[]}""", "'learning_rate' has the value -1" },
        { "basis", Rule, """{"kind":"learned-basis","learningRate":1,"momentum":0.9,"averaging":0.99,"priorWeight":1,"learn":["x"]}""", "'x' is no meta-parameter" },
    };

    /// <summary>Case, tensor, its replacement (null removes it), part of the message.</summary>
    public static TheoryData<string, string, double[]?, long[]?, string> Tensors => new()
    {
        { "adam", "learning_rate", null, null, "expected tensor 'learning_rate', found" },
        { "adam", "learning_rate", [-1], [], "meta-parameter 'learning_rate': expected values above 0 and finite, found -1 at entry 0" },
        { "adam", "learning_rate", [0], [], "expected values above 0" },
        { "adam", "beta1", [1], [], "meta-parameter 'beta1': expected values above 0 and below 1" },
        { "adam", "weight_decay", [-0.5], [], "meta-parameter 'weight_decay': expected values from 0 to" },
        { "adam", "learning_rate", [double.NaN], [], "tensor 'learning_rate': expected finite values, found NaN at entry 0" },
        { "adam", "learning_rate", [double.PositiveInfinity], [], "expected finite values" },
        { "adam", "learning_rate", [0.1], [1], "tensor 'learning_rate': expected the shape [] that rule and layout give, found [1]" },
        { "adam", "learning_rate", [0.1, 0.1], [2], "expected the shape []" },
        { "adam", "extra", [1], [], "expected the 4 tensors of its rule and layout, found 'extra' too" },
        { "basis", "0.weight.right", [1, 2, 3], [3, 1], "expected the shape [4xany]" },
        { "basis", "0.weight.right", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], [4, 5], "tensor '0.weight.prior': expected the shape [3x5]" },
        { "basis", "0.weight.right", null, null, "expected tensor '0.weight.right'" },
        { "basis", "0.bias.prior", [1, -2, 3], [3, 1], "expected second moments from 0, found -2 at entry 1" },
        { "basis", "0.weight.left", [1], [1], "expected the shape [3x3]" },
        { "basis", "0.weight.rest", [1, double.NegativeInfinity, 1], [3], "expected finite values" },
    };

    [Theory]
    [MemberData(nameof(Metadata))]
    public void Metadata_that_contradict_are_named(string name, string key, string? value, string message) =>
        Refused(Changed(name, metadata: pairs => value is null
            ? pairs.Where(p => p.Key != key)
            : pairs.Select(p => p.Key == key ? KeyValuePair.Create(key, value) : p)), message);

    [Theory]
    [MemberData(nameof(Tensors))]
    public void Tensors_that_contradict_are_named(string name, string tensor, double[]? values, long[]? shape, string message) =>
        Refused(Changed(name, tensors: all => [.. all.Where(t => t.Name != tensor), .. values is null ? [] : new[] { TensorEntry.From<double>(tensor, values, shape) }]), message);

    [Fact]
    public void Integer_tensors_are_refused() =>
        Refused(Changed("adam", tensors: all => all.Select(t => t.Name == "beta1" ? TensorEntry.From("beta1", [1L], []) : t)), "tensor 'beta1': expected type F32 or F64, found I64");

    [Fact]
    public void A_value_that_a_smaller_precision_rounds_away_is_refused_there()
    {
        byte[] bytes = Changed(
            "adam", pairs => pairs.Where(p => p.Key != "tensors_sha256"), all => all.Select(t => t.Name == "learning_rate" ? TensorEntry.From<double>("learning_rate", [1e-60], []) : t));
        Assert.Equal(1e-60, LearnedOptimizer<double>.Load(new MemoryStream(bytes)).Natural[0]);
        Assert.Contains("'learning_rate': expected values above 0", Assert.Throws<StorageException>(() => LearnedOptimizer<float>.Load(new MemoryStream(bytes))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_in_a_tensor_is_seen()
    {
        using var file = new MemoryStream();
        LearnedCases.Learned<double>("deployed-basis").Save(file);
        byte[] bytes = file.ToArray();
        bytes[^3] ^= 1;
        Refused(bytes, "the file is damaged");
    }

    [Fact]
    public void Tensors_and_metadata_in_another_order_are_read()
    {
        LearnedOptimizer<double> learned = LearnedCases.Learned<double>("deployed-basis");
        LearnedOptimizer<double> read = LearnedOptimizer<double>.Load(new MemoryStream(Changed("deployed-basis", all => all.Reverse(), all => all.OrderBy(t => t.Name, StringComparer.Ordinal))));
        Assert.Equal(learned.Fingerprint, read.Fingerprint);
    }

    [Fact]
    public void A_rule_description_is_read_as_documented()
    {
        Assert.Equal(Adam, SafetensorsReader.Read(new MemoryStream(LearnedOptimizerTests.Bytes(LearnedCases.Learned<double>("clipped")))).Value(Rule) is { } chain
            ? chain[chain.IndexOf("""{"kind":"adam""", StringComparison.Ordinal)..^2].Replace("0.001,", "0.01,", StringComparison.Ordinal)
            : "");
    }

    private static void Refused(byte[] bytes, string message)
    {
        string found = Assert.Throws<StorageException>(() => LearnedOptimizer<double>.Load(new MemoryStream(bytes))).Message;
        Assert.Contains(message, found, StringComparison.Ordinal);
        Assert.InRange(found.Length, 1, 700);
    }

    private static byte[] Changed(
        string name, Func<IEnumerable<KeyValuePair<string, string>>, IEnumerable<KeyValuePair<string, string>>>? metadata = null,
        Func<IEnumerable<TensorEntry>, IEnumerable<TensorEntry>>? tensors = null)
    {
        SafetensorsFile file = SafetensorsReader.Read(new MemoryStream(LearnedOptimizerTests.Bytes(LearnedCases.Learned<double>(name))));
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream, [.. tensors is null ? file.Tensors : tensors(file.Tensors)], [.. metadata is null ? file.Metadata : metadata(file.Metadata)]);
        return stream.ToArray();
    }
}
