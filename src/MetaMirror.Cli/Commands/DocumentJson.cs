using System.Text.Json.Serialization;
using MetaMirror.Cli.Commands.Citing;
using MetaMirror.Cli.Commands.Data;
using MetaMirror.Cli.Commands.Doctoring;
using MetaMirror.Cli.Commands.Plans;

namespace MetaMirror.Cli.Commands;

/// <summary>The JSON documents of the commands: camelCase keys, indented.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(DatasetListDocument))]
[JsonSerializable(typeof(DatasetDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(PlanListDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(CitationDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext;
