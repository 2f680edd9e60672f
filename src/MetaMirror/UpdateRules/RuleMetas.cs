using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Builds the meta-parameters of a rule from its options: checks each value's range and picks its transform. A value at the closed end
/// of its interval (momentum 0, weight decay 0) is stored as it is and projected, since a logit or logarithm can't hold it.
/// </summary>
internal sealed class RuleMetas<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly string _rule;
    private readonly ImmutableArray<string> _learn;
    private readonly List<MetaParameterSpec<T>> _specs = [];

    /// <summary>Starts the list.</summary>
    /// <param name="rule">Name of the rule for messages.</param>
    /// <param name="learn">Names of the meta-parameters that are learned; null for the learning rate alone.</param>
    public RuleMetas(string rule, ImmutableArray<string>? learn)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"{rule} works on float and double, not on {typeof(T).Name}.");
        _rule = rule;
        _learn = learn ?? ["learning_rate"];
    }

    /// <summary>The declarations.</summary>
    public IReadOnlyList<MetaParameterSpec<T>> Specs => _specs;

    /// <summary>A positive number, kept by its logarithm.</summary>
    public RuleMetas<T> Positive(string name, double value)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw OutOfRange(name, "positive and finite", value);
        return Add(name, value, MetaTransform.Log, double.PositiveInfinity);
    }

    /// <summary>A number in [0, 1), kept by its logit unless it is 0.</summary>
    public RuleMetas<T> Fraction(string name, double value)
    {
        if (!(value >= 0 && T.CreateTruncating(value) < T.One))
            throw OutOfRange(name, "at least 0 and below 1", value);
        return Add(name, value, value > 0 ? MetaTransform.Logit : MetaTransform.Identity, double.CreateChecked(T.BitDecrement(T.One)));
    }

    /// <summary>A number in [0, 1], kept by its logit unless it is 0 or 1.</summary>
    public RuleMetas<T> ClosedFraction(string name, double value)
    {
        if (!(value is >= 0 and <= 1))
            throw OutOfRange(name, "between 0 and 1", value);
        return Add(name, value, value > 0 && T.CreateTruncating(value) < T.One ? MetaTransform.Logit : MetaTransform.Identity, 1);
    }

    /// <summary>A number that is at least 0, kept as it is.</summary>
    public RuleMetas<T> NotNegative(string name, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw OutOfRange(name, "at least 0 and finite", value);
        return Add(name, value, MetaTransform.Identity, double.PositiveInfinity);
    }

    /// <summary>Ends the list.</summary>
    /// <param name="parameter">Name of the constructor parameter that held the options.</param>
    /// <exception cref="ArgumentException">A name to be learned is not in the list.</exception>
    public RuleMetas<T> Checked(string parameter = "options")
    {
        foreach (string name in _learn)
        {
            if (!_specs.Exists(s => string.Equals(s.Name, name, StringComparison.Ordinal)))
                throw new ArgumentException($"{_rule} has no meta-parameter '{name}' to learn; it has {string.Join(", ", _specs.Select(s => s.Name))}.", parameter);
        }

        return this;
    }

    /// <summary>True if this meta-parameter is to be learned.</summary>
    public bool Learns(string name) => _learn.Contains(name, StringComparer.Ordinal);

    /// <summary>eps as a T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive: the step would be 0/0 where all gradients were zero.</exception>
    public T Epsilon(double value) =>
        T.CreateTruncating(value) > T.Zero && double.IsFinite(value) ? T.CreateTruncating(value) : throw OutOfRange("epsilon", $"positive in {typeof(T).Name}, and finite", value);

    /// <summary>Throws unless an option that counts something is large enough.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below <paramref name="least"/>.</exception>
    public static void AtLeast(int least, int found, string rule, string option)
    {
        if (found < least)
            throw new ArgumentOutOfRangeException(option, found, $"The option {option} of {rule} must be at least {least}.");
    }

    /// <summary>Throws when a step brings another number of meta-parameters.</summary>
    public void Require(ReadOnlySpan<T> meta)
    {
        if (meta.Length != _specs.Count)
            throw new ArgumentException($"{_rule} was given {meta.Length} meta-parameters, expected {_specs.Count} ({string.Join(", ", _specs.Select(s => s.Name))}).", nameof(meta));
    }

    private RuleMetas<T> Add(string name, double value, MetaTransform transform, double upper)
    {
        MetaParameterSpec<T> spec = MetaParameterSpec<T>.Scalar(name, value, transform, Learns(name));
        _specs.Add(transform == MetaTransform.Identity ? spec with { Lower = 0, Upper = upper } : spec);
        return this;
    }

    private ArgumentOutOfRangeException OutOfRange(string name, string range, double value) =>
        new(name, value, $"The {name} of {_rule} must be {range}.");
}
