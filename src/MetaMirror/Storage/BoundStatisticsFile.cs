using System.Globalization;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.Storage;

/// <summary>
/// <see cref="BoundStatistics"/> as safetensors, all F64: <c>squared_displacements</c> [n], <c>squared_gradients</c> [n], and per tensor
/// <c>NAME.left</c> (sum of G G^T) and <c>NAME.right</c> (sum of G^T G), and if kept <c>NAME.displacements</c> and <c>NAME.gradients</c>. Statistics recorded elsewhere, e.g. in PyTorch, are read the same way:
/// the layout is in <c>docs/statistics-format.md</c>.
/// </summary>
public static class BoundStatisticsFile
{
    private const string Kind = "bound-statistics";
    private const string Version = "3";
    private const string WithoutSources = "2";
    private const string SumsOnly = "1";
    private const string What = "bound statistics";

    /// <summary>Relative to the trace: sums that were made in single precision elsewhere are read too.</summary>
    private const double FactorRounding = 1e-6;

    /// <summary>Writes the sums. The same sums give the same bytes.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <param name="statistics">The sums.</param>
    public static void Write(Stream stream, BoundStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        List<TensorEntry> tensors = [.. statistics.Sums().Select(s => TensorEntry.From<double>(s.Name, s.Values, s.Shape)), .. RunTensors.Of(statistics)];
        SafetensorsWriter.Write(stream, tensors,
        [
            .. FormatMetadata.Head(Kind, Version),
            new("layout", LayoutJson.Write(statistics.Layout)),
            new("runs", statistics.Runs.ToString(CultureInfo.InvariantCulture)),
            new("steps", statistics.Steps.ToString(CultureInfo.InvariantCulture)),
            new("factors", statistics.WithFactors ? "true" : "false"),
            new("largest_factor", statistics.LargestFactor.ToString(CultureInfo.InvariantCulture)),
            new("step_weight", statistics.StepWeight.ToString("R", CultureInfo.InvariantCulture)),
            new("displacements", statistics.Options.Displacements ? "true" : "false"),
            new("gradients", statistics.Options.Gradients.ToString(CultureInfo.InvariantCulture)),
            new("sources", SourcesJson.Write(statistics.Sources)),
        ]);
    }

    /// <summary>Reads sums, of this version of the format or one before: version 2 does not say which tasks they are of, version 1 has sums only.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="limits">Limits; null for <see cref="SafetensorsLimits.Default"/>.</param>
    /// <exception cref="StorageException">The file holds no statistics, is damaged, contradicts its layout, has values that no sums have, or is beyond a limit.</exception>
    public static BoundStatistics Read(Stream stream, SafetensorsLimits? limits = null)
    {
        SafetensorsFile file = SafetensorsReader.Read(stream, limits);
        string version = FormatMetadata.Check(file, Kind, [Version, WithoutSources, SumsOnly], What);
        bool isFirst = version == SumsOnly;
        ParameterLayout layout = LayoutJson.Read(file.Value("layout"));
        (long runs, long steps) = (FormatMetadata.Long(file, "runs", 0), FormatMetadata.Long(file, "steps", 0));
        var options = new BoundStatisticsOptions
        {
            Factors = Flag(file, "factors"),
            LargestFactor = FormatMetadata.Integer(file, "largest_factor", 0),
            Displacements = !isFirst && Flag(file, "displacements"),
            Gradients = isFirst ? 0 : FormatMetadata.Integer(file, "gradients", 0),
        };
        double weight = isFirst ? steps : StepWeight(file);
        IReadOnlyList<StatisticsSource> sources = version == Version ? SourcesJson.Read(file.Value("sources")) : [];

        // Every tensor is looked at before the sums are allocated: their size is that of tensors which are there.
        var expected = Expected(layout, options.Factors, options.LargestFactor).Concat(RunTensors.Expected(layout, options)).ToList();
        var names = expected.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        foreach ((string name, long[] shape) in expected)
            Check(file.Tensor(name), shape);
        if (file.Tensors.FirstOrDefault(t => !names.Contains(t.Name)) is { } unexpected)
            throw new StorageException($"{What}: expected the {expected.Count} tensors of the layout, found {Quoted.Text(unexpected.Name)} too");

        var statistics = new BoundStatistics(layout, options) { Runs = runs, Steps = steps, StepWeight = weight };
        foreach (StatisticsSource source in sources)
            statistics.AddSource(source);
        foreach ((string name, long[] shape, double[] values) in statistics.Sums())
        {
            file.Tensor(name).CopyTo<double>(values);
            CheckValues(name, shape, values);
        }

        RunTensors.Read(file, statistics);
        return statistics;
    }

    private static bool Flag(SafetensorsFile file, string key) => file.Value(key) switch
    {
        "true" => true,
        "false" => false,
        var other => throw new StorageException($"metadata {key}: expected true or false, found {Quoted.Text(other)}"),
    };

    private static double StepWeight(SafetensorsFile file)
    {
        string text = file.Value("step_weight");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && double.IsFinite(weight) && weight >= 0
            ? weight
            : throw new StorageException($"metadata step_weight: expected a finite number from 0, found {Quoted.Text(text)}");
    }

    /// <summary>The names and shapes that <see cref="BoundStatistics.Sums"/> would give.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Expected(ParameterLayout layout, bool factors, int largest)
    {
        yield return ("squared_displacements", [layout.Length]);
        yield return ("squared_gradients", [layout.Length]);
        foreach (ParameterBlock block in layout.Blocks)
        {
            (long m, long n) = (block.Rows, block.Columns);
            if (factors && m <= largest && m > 0)
                yield return ($"{block.Name}.left", [m, m]);
            if (factors && block.IsMatrix && n <= largest && n > 0)
                yield return ($"{block.Name}.right", [n, n]);
        }
    }

    private static void Check(TensorEntry tensor, long[] shape)
    {
        if (tensor.Type != TensorElementType.F64)
            throw new StorageException($"tensor {Quoted.Text(tensor.Name)}: expected type F64, found {TensorElementTypes.NameOf(tensor.Type)}");
        bool fits = tensor.Shape.Length == shape.Length;
        for (int i = 0; i < shape.Length && fits; i++)
            fits = shape[i] < 0 || tensor.Shape[i] == shape[i];
        if (!fits)
            throw new StorageException($"tensor {Quoted.Text(tensor.Name)}: expected the shape [{string.Join('x', shape.Select(s => s < 0 ? "any" : s.ToString(CultureInfo.InvariantCulture)))}] that the layout gives, found [{string.Join('x', tensor.Shape.ToArray())}]");
    }

    /// <summary>Sums of squares, which is what vectors and the diagonals of factors hold, are never negative.</summary>
    private static void CheckValues(string name, long[] shape, double[] values)
    {
        int index = Array.FindIndex(values, v => !double.IsFinite(v));
        if (index < 0)
        {
            int stride = shape.Length == 2 ? (int)shape[1] + 1 : 1;
            for (int i = 0; i < values.Length && index < 0; i += stride)
                index = values[i] < 0 ? i : -1;
        }

        if (index >= 0)
            throw new StorageException(FormattableString.Invariant($"tensor {Quoted.Text(name)}: expected finite values and squares from 0, found {values[index]} at entry {index}"));
        if (shape.Length == 2)
            CheckFactor(name, (int)shape[0], values);
    }

    /// <summary>Sums of G G^T are symmetric and positive semidefinite, up to the rounding of many sums: with that much added to the diagonal they have a Cholesky factor.</summary>
    private static void CheckFactor(string name, int n, double[] values)
    {
        double trace = 0, asymmetry = 0;
        for (int i = 0; i < n; i++)
        {
            trace += values[i * (n + 1)];
            for (int j = 0; j < i; j++)
                asymmetry = Math.Max(asymmetry, Math.Abs(values[(i * n) + j] - values[(j * n) + i]));
        }

        double[] l = [.. values];
        for (int i = 0; i < n; i++)
            l[i * (n + 1)] += FactorRounding * trace;
        if (asymmetry > FactorRounding * trace || (trace > 0 && !Cholesky.TryFactor<double>(l, n, l)) || (trace == 0 && Vectors.MaxAbs<double>(values) > 0))
            throw new StorageException($"tensor {Quoted.Text(name)}: expected a sum of G G^T, which is symmetric and has no negative eigenvalue, found a matrix that is {(asymmetry > FactorRounding * trace ? "not symmetric" : "indefinite")}");
    }
}
