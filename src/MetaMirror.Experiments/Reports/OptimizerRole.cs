using System.Text.Json.Serialization;

namespace MetaMirror.Experiments.Reports;

/// <summary>The part an optimizer plays in a comparison.</summary>
public enum OptimizerRole
{
    /// <summary>Learned by this project.</summary>
    [JsonStringEnumMemberName("learned")]
    Learned,

    /// <summary>A classic optimizer, tuned.</summary>
    [JsonStringEnumMemberName("baseline")]
    Baseline,

    /// <summary>A modern optimizer, or a learned optimizer of others.</summary>
    [JsonStringEnumMemberName("rival")]
    Rival,

    /// <summary>Negative control: the same rule with nothing learned.</summary>
    [JsonStringEnumMemberName("control")]
    Control,
}
