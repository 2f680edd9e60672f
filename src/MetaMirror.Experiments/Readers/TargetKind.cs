using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Readers;

/// <summary>What the target column holds.</summary>
public enum TargetKind
{
    /// <summary>Classes, written as integers or as text.</summary>
    [JsonStringEnumMemberName("classification")]
    Classification,

    /// <summary>Real numbers.</summary>
    [JsonStringEnumMemberName("regression")]
    Regression,
}
