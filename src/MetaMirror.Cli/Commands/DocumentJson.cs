using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MetaMirror.Cli.Commands.Benching;
using MetaMirror.Cli.Commands.Certifying;
using MetaMirror.Cli.Commands.Citing;
using MetaMirror.Cli.Commands.Comparing;
using MetaMirror.Cli.Commands.Data;
using MetaMirror.Cli.Commands.Doctoring;
using MetaMirror.Cli.Commands.Learning;
using MetaMirror.Cli.Commands.Plans;
using MetaMirror.Cli.Commands.Tuning;
using MetaMirror.Experiments.Gradchecks;

namespace MetaMirror.Cli.Commands;

/// <summary>The JSON documents of the commands: camelCase keys, indented.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DatasetListDocument))]
[JsonSerializable(typeof(DatasetDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(FetchDocument))]
[JsonSerializable(typeof(PlanListDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(CitationDocument))]
[JsonSerializable(typeof(LearnDocument))]
[JsonSerializable(typeof(IndexDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(TrainDocument))]
[JsonSerializable(typeof(TuneDocument))]
[JsonSerializable(typeof(CertifyDocument))]
[JsonSerializable(typeof(GradientCheckResult))]
[JsonSerializable(typeof(BenchDocument))]
[JsonSerializable(typeof(ScalingDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext
{
    /// <summary>The documents as they are written: quotes and signs stand as they are, for no page is made of them.</summary>
    public static DocumentJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
