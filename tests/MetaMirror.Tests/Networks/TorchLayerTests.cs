using System.Text.Json;
using MetaMirror.Datasets;
using MetaMirror.Networks;
using MetaMirror.Numerics;
using MetaMirror.Tests.UpdateRules;

namespace MetaMirror.Tests.Networks;

/// <summary>Single layers against PyTorch in float64, every entry: value, cotangents, tangent, Hessian-vector product of |y - t|^2 / 2, running statistics.</summary>
public sealed class TorchLayerTests
{
    /// <summary>Sums of up to 50 products in another order, times the largest entry; a BatchNorm divides by a standard deviation of about a half, at most three times in a row.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>Counters of a case, from its base: see the fixture's recipe.</summary>
    private const int Inputs = 2000, Targets = 4000, InputDirection = 6000, Direction = 8000, Statistics = 9000;

    private static readonly JsonElement[] Cases = [.. TorchDraws.Fixture("torch-layers.json").GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Layers => [.. Cases.Where(c => !IsBlock(c)).Select(Name)];

    public static TheoryData<string> Blocks => [.. Cases.Where(IsBlock).Select(Name)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_is_PyTorchs(string name)
    {
        JsonElement f = Case(name);
        var x = new LayerPoint(f);
        double scale = Tolerance * (1 + f.GetProperty("offset").GetDouble());
        var at = x.Values;
        x.Layer.Value(at);
        TorchDraws.Close(TorchDraws.Numbers(f, "value"), x.Output, scale, "value");

        x.Layer.Tangent(at, new LayerTangents<double>(x.ParameterTangent, x.InputTangent, x.OutputTangent));
        TorchDraws.Close(TorchDraws.Numbers(f, "tangent"), x.OutputTangent, scale, "tangent");

        double[] t = TorchDraws.Symmetric(Base(f) + Targets, x.Output.Length);
        double[] ay = [.. x.Output.Zip(t, (a, b) => a - b)];
        Assert.Equal(f.GetProperty("loss").GetDouble(), ay.Sum(a => a * a) / 2, scale * 100);
        (double[] ax, double[] aw, double[] dax, double[] daw) = (new double[x.Input.Length], new double[x.Parameters.Length], new double[x.Input.Length], new double[x.Parameters.Length]);
        x.Layer.Cotangent(at, new LayerCotangents<double>(aw, ax, ay));
        TorchDraws.Close(TorchDraws.Numbers(f, "input_gradient"), ax, scale, "input gradient");
        TorchDraws.Close(Joined(f, "parameter_gradients"), aw, scale, "parameter gradient");

        x.Layer.CotangentTangent(at, new LayerTangents<double>(x.ParameterTangent, x.InputTangent, x.OutputTangent), new LayerCotangents<double>(aw, ax, ay), new LayerCotangents<double>(daw, dax, x.OutputTangent));
        TorchDraws.Close(TorchDraws.Numbers(f, "input_hvp"), dax, scale, "input part of the product");
        TorchDraws.Close(Joined(f, "parameter_hvps"), daw, scale, "parameter part of the product");
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Buffers_are_PyTorchs_after_each_batch(string name)
    {
        JsonElement f = Case(name);
        var x = new LayerPoint(f);
        Assert.Equal(f.TryGetProperty("buffers_after_each_batch", out JsonElement after), x.Layer.Buffers.Count > 0);
        if (x.Layer.Buffers.Count == 0 || !x.Training)
            return;
        var buffers = new double[x.BufferLength];
        x.Layer.InitializeBuffers<double>(buffers);
        for (int b = 0; b < after.GetArrayLength(); b++)
        {
            x.TakeBatch(b);
            x.Layer.Value(x.Values);
            x.Layer.AdvanceBuffers(x.Values, buffers);
            int start = 0;
            foreach ((string buffer, int[] shape) in x.Layer.Buffers)
            {
                JsonElement expected = after[b].GetProperty(buffer);
                int length = shape.Aggregate(1, (p, s) => p * s);
                TorchDraws.Close(shape.Length == 0 ? [expected.GetDouble()] : TorchDraws.Numbers(expected), buffers.AsSpan(start, length), Tolerance, buffer);
                start += length;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Residual_block_is_PyTorchs(string name)
    {
        JsonElement f = Case(name);
        int[] shape = Shape(f, "input"), target = Shape(f, "output");
        Network network = Block(f, new FeatureShape(shape[1], shape[2], shape[3]));
        TorchDraws.SameTensors(f, network.Layout, "0.");
        int rows = shape[0], outputs = target.Aggregate(1, (p, s) => p * s);
        double[] x = TorchDraws.Symmetric(Base(f) + Inputs, rows * network.Input.Size), t = TorchDraws.Symmetric(Base(f) + Targets, outputs);
        var objective = new NetworkObjective<double>(network, Dataset<double>.Regression("fixture", x, network.Input.Size, t, network.Output.Size));
        double[] w = TorchDraws.Parameters(network.Layout, Base(f)), v = TorchDraws.Symmetric(Base(f) + Direction, w.Length), g = new double[w.Length], hv = new double[w.Length];

        // Ours is the mean of (y - t)^2 over all entries, the fixture's half their sum.
        double scale = outputs / 2.0, expected = f.GetProperty("loss").GetDouble();
        if (!f.GetProperty("training").GetBoolean())
        {
            Assert.Equal(expected, scale * objective.EvaluateAll(w, State(f, network.StateLayout)).Loss, Tolerance * expected);
            return;
        }

        Assert.Equal(expected, scale * objective.Evaluate(w, [], BatchKey.Full, g), Tolerance * expected);
        objective.HessianVectorProducts(w, [], BatchKey.Full, 1, v, hv);
        Vectors.Scale(scale, g);
        Vectors.Scale(scale, hv);
        TorchDraws.Close(Joined(f, "parameter_gradients"), g, Tolerance, "gradient");
        TorchDraws.Close(Joined(f, "parameter_hvps"), hv, Tolerance, "product");
    }

    private static Network Block(JsonElement f, FeatureShape input)
    {
        JsonElement o = f.GetProperty("options");
        int channels = o.GetProperty("out").GetInt32(), stride = o.GetProperty("stride").GetInt32();
        return new NetworkBuilder(input).Residual(
            b => b.Conv2d(channels, 3, stride, 1, bias: false, "conv1").BatchNorm2d("bn1").ReLU().Conv2d(channels, 3, 1, 1, bias: false, "conv2").BatchNorm2d("bn2"),
            stride == 1 ? null : s => s.Conv2d(channels, 1, stride, 0, bias: false, "downsample.0").BatchNorm2d("downsample.1"),
            "0").ReLU().Build();
    }

    /// <summary>Every BatchNorm with the case's statistics.</summary>
    private static double[] State(JsonElement f, ParameterLayout layout)
    {
        var state = new double[layout.Length];
        foreach (ParameterBlock block in layout.Blocks)
            Fill(f, block.Name, state.AsSpan(block.Offset, block.Length));
        return state;
    }

    private static void Fill(JsonElement f, string buffer, Span<double> values)
    {
        int c = values.Length;
        for (int i = 0; i < c; i++)
        {
            values[i] = buffer.EndsWith("running_mean", StringComparison.Ordinal) ? (2 * TorchNetwork.Hash((uint)(Base(f) + Statistics + i))) - 1
                : buffer.EndsWith("running_var", StringComparison.Ordinal) ? 0.5 + TorchNetwork.Hash((uint)(Base(f) + Statistics + c + i))
                : 0;
        }
    }

    private static bool IsBlock(JsonElement f) => f.GetProperty("kind").ValueEquals("Block");

    private static string Name(JsonElement f) => f.GetProperty("name").GetString()!;

    private static JsonElement Case(string name) => Cases.Single(c => string.Equals(Name(c), name, StringComparison.Ordinal));

    private static int Base(JsonElement f) => f.GetProperty("base").GetInt32();

    private static int[] Shape(JsonElement f, string property) => [.. f.GetProperty(property).EnumerateArray().Select(e => e.GetInt32())];

    private static double[] Joined(JsonElement f, string property) => [.. f.GetProperty(property).EnumerateArray().SelectMany(TorchDraws.Numbers)];

    /// <summary>A case's layer, point and direction.</summary>
    private sealed class LayerPoint
    {
        private readonly JsonElement _case;
        private readonly FeatureShape _shape;
        private readonly int _rows;
        private readonly double[] _saved, _statistics, _buffers;

        public LayerPoint(JsonElement f)
        {
            _case = f;
            int[] shape = Shape(f, "input");
            Layer = Make(f);
            Training = f.GetProperty("training").GetBoolean();
            _rows = shape[0];
            _shape = shape.Length == 2 ? new FeatureShape(shape[1]) : new FeatureShape(shape[1], shape[2], shape[3]);
            Parameters = Layer.Parameters.Count == 0 ? [] : TorchDraws.Parameters(new ParameterLayout(Layer.Parameters), Base(f));
            ParameterTangent = TorchDraws.Symmetric(Base(f) + Direction, Parameters.Length);
            InputTangent = TorchDraws.Symmetric(Base(f) + InputDirection, _rows * _shape.Size);
            FeatureShape output = Layer.OutputShape(_shape);
            Assert.Equal(Shape(f, "output"), output.Rows * output.Columns == 1 && Shape(f, "output").Length == 2 ? [_rows, output.Channels] : [_rows, output.Channels, output.Rows, output.Columns]);
            Output = new double[_rows * output.Size];
            OutputTangent = new double[Output.Length];
            _saved = new double[_rows * Layer.SavedSize(_shape)];
            _statistics = new double[Layer.StatisticsSize(_shape)];
            BufferLength = Layer.Buffers.Sum(b => b.Shape.Aggregate(1, (p, s) => p * s));
            _buffers = Training || BufferLength == 0 ? [] : State(f, new ParameterLayout(Layer.Buffers));
            Input = [];
            TakeBatch(f.GetProperty("batches").GetInt32() - 1);
        }

        public Layer Layer { get; }

        public bool Training { get; }

        public int BufferLength { get; }

        public double[] Parameters { get; }

        public double[] ParameterTangent { get; }

        public double[] Input { get; private set; }

        public double[] InputTangent { get; }

        public double[] Output { get; }

        public double[] OutputTangent { get; }

        public LayerValues<double> Values => new()
        {
            Rows = _rows, Shape = _shape, Parameters = Parameters, Input = Input, Output = Output, Saved = _saved, Statistics = _statistics, Buffers = _buffers, EndChannel = _shape.Channels,
        };

        public void TakeBatch(int batch)
        {
            int n = _rows * _shape.Size, levels = _case.GetProperty("levels").GetInt32();
            long first = Base(_case) + Inputs + (batch * n);
            Input = levels > 0
                ? [.. TorchDraws.Integers(first, n, levels).Select(i => (double)i)]
                : [.. TorchDraws.Symmetric(first, n).Select(a => _case.GetProperty("offset").GetDouble() + a)];
        }

        private static Layer Make(JsonElement f)
        {
            JsonElement o = f.GetProperty("options");
            int Get(string name) => o.GetProperty(name).GetInt32();
            return f.GetProperty("kind").GetString() switch
            {
                "Conv2d" => new Conv2d(Get("in"), Get("out"), Get("kernel"), Get("stride"), Get("padding"), o.GetProperty("bias").GetBoolean()),
                "MaxPool2d" => new MaxPool2d(Get("kernel"), Get("stride"), Get("padding")),
                "AvgPool2d" => new AveragePool2d(Get("kernel"), Get("stride"), Get("padding")),
                "GlobalAveragePool" => new GlobalAveragePool(),
                _ => new BatchNorm2d(Get("channels")),
            };
        }
    }
}
