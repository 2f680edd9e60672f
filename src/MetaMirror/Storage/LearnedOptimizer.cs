using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MetaMirror.UpdateRules;

namespace MetaMirror.Storage;

/// <summary>
/// A rule with the values that meta-training gave it, and where it comes from. It needs nothing of this library's engine to be used:
/// <c>var run = learned.Start(layout); run.Apply(gradient, parameters);</c> with gradients from anywhere.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LearnedOptimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Lazy<string> _fingerprint;
    private readonly string _recipe = "{}";

    /// <summary>Joins a rule with its learned values.</summary>
    /// <param name="name">Name in tables, e.g. <c>metamirror-basis</c>.</param>
    /// <param name="rule">The rule as deployed, with its schedule.</param>
    /// <param name="natural">Natural values of the rule's meta-parameters, in the order of its MetaSpecs.</param>
    /// <param name="layout">The parameters it was learned for.</param>
    /// <param name="steps">T, the number of steps its schedule is planned for.</param>
    /// <exception cref="ArgumentException">The values don't fit rule and layout, lie outside their ranges, or there are no steps.</exception>
    public LearnedOptimizer(string name, UpdateRule<T> rule, ImmutableArray<T> natural, ParameterLayout layout, int steps)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (MetaValues.Problem(rule.MetaSpecs(layout), natural.AsSpan()) is { } problem)
            throw new ArgumentException($"Learned optimizer '{name}': {problem}.", nameof(natural));
        (Name, Rule, Natural, Layout, Steps) = (name, rule, natural, layout, steps);
        _fingerprint = new Lazy<string>(Hash);
    }

    /// <summary>Name in tables.</summary>
    public string Name { get; }

    /// <summary>The rule as deployed. Loaded from a file, its metrics start at 1: what was learned is in <see cref="Natural"/>.</summary>
    public UpdateRule<T> Rule { get; }

    /// <summary>Natural values of the rule's meta-parameters.</summary>
    public ImmutableArray<T> Natural { get; }

    /// <summary>The parameters it was learned for.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>T, the planned number of steps.</summary>
    public int Steps { get; }

    /// <summary>How it was trained, as JSON, e.g. the plan; the same text again gives the same optimizer. Default: <c>{}</c>.</summary>
    /// <exception cref="ArgumentException">It is no JSON.</exception>
    public string Recipe
    {
        get => _recipe;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            try
            {
                using JsonDocument parsed = JsonDocument.Parse(value);
            }
            catch (JsonException e)
            {
                throw new ArgumentException($"The recipe is no valid JSON: {e.Message}", nameof(value), e);
            }

            _recipe = value;
        }
    }

    /// <summary>SHA-256 of the recipe's UTF-8 bytes, in lower case hexadecimal.</summary>
    public string RecipeHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Recipe)));

    /// <summary>What it was learned from, in words: data set, tasks. Default: empty.</summary>
    public string LearnedFrom { get; init; } = "";

    /// <summary>License of the learned values, e.g. an SPDX name. Default: empty, not stated.</summary>
    public string License { get; init; } = "";

    /// <summary>What is proved about it, in words. Default: empty, nothing.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>SHA-256 of the file that <see cref="Save"/> writes, in lower case hexadecimal: two optimizers with one fingerprint are the same.</summary>
    /// <exception cref="NotSupportedException">The rule can't be saved.</exception>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Reads a file that <see cref="Save"/> wrote, in either precision.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="limits">Limits; null for <see cref="SafetensorsLimits.Default"/>.</param>
    /// <exception cref="StorageException">The file is no learned optimizer, is damaged, contradicts itself, or is beyond a limit.</exception>
    public static LearnedOptimizer<T> Load(Stream stream, SafetensorsLimits? limits = null) => LearnedOptimizerFile.Read<T>(stream, limits);

    /// <summary>Writes it as safetensors. The same content gives the same bytes.</summary>
    /// <param name="stream">Where to write; not closed, not flushed.</param>
    /// <exception cref="NotSupportedException">A part of the rule is of a type that the format doesn't have.</exception>
    public void Save(Stream stream) => LearnedOptimizerFile.Write(stream, this);

    /// <summary>Begins to train parameters of the same shapes, with the planned number of steps.</summary>
    /// <param name="layout">Names and shapes of the parameters; names may differ from those it was learned for.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public OptimizerRun<T> Start(ParameterLayout layout) => Start(layout, Steps);

    /// <summary>Begins to train parameters of the same shapes, with another number of steps for the schedule.</summary>
    /// <param name="layout">Names and shapes of the parameters.</param>
    /// <param name="steps">T, at least 1.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are no steps.</exception>
    public OptimizerRun<T> Start(ParameterLayout layout, int steps) => new(this, layout, steps);

    /// <summary>
    /// The same optimizer for the same layers in other widths: steps, schedule and what else has no size as learned; what belongs to sizes that are gone starts anew (<see cref="UpdateRule{T}.Resized"/>).
    /// It was not learned so: <see cref="Recipe"/> and <see cref="Certificate"/> are empty.
    /// </summary>
    /// <param name="layout">As many tensors of as many dimensions, in the same order (<see cref="ParameterLayout.HasLayersOf"/>).</param>
    /// <returns>Null where the rule cannot be brought to other sizes, or the layers are others.</returns>
    public LearnedOptimizer<T>? Resized(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.HasLayersOf(Layout) && Rule.Resized(layout) is { } rule ? new LearnedOptimizer<T>(Name, rule, Natural, layout, Steps) { LearnedFrom = LearnedFrom, License = License } : null;
    }

    /// <summary>Goes on with a run that <see cref="OptimizerRun{T}.Save"/> wrote, bit for bit.</summary>
    /// <param name="stream">Seekable or not; not closed.</param>
    /// <param name="limits">Limits; null for <see cref="CheckpointLimits.Default"/>.</param>
    /// <exception cref="StorageException">The file is damaged, no run, or of another optimizer.</exception>
    public OptimizerRun<T> Resume(Stream stream, CheckpointLimits? limits = null) => OptimizerRunFile.Read(stream, this, limits);

    private string Hash()
    {
        using var sha = SHA256.Create();
        using (var hashing = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
            Save(hashing);
        return Convert.ToHexStringLower(sha.Hash!);
    }
}
