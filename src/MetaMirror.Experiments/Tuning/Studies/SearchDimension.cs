using System.Collections.Immutable;
using System.Globalization;

namespace MetaMirror.Experiments.Tuning.Studies;

/// <summary>One quantity that a study varies; it lies between 0 and 1 in the unit cube, which samplers work in.</summary>
/// <param name="Name">Name in logs and tables, such as <c>learningRate</c>.</param>
public abstract record SearchDimension(string Name)
{
    /// <summary>Coordinates of its image where distances mean something: 1 of a range, one per choice.</summary>
    internal abstract int Features { get; }

    /// <summary>The value at u in [0, 1].</summary>
    internal abstract double At(double u);

    /// <summary>u of a value.</summary>
    internal abstract double Place(double value);

    /// <summary>The image of u, shape [Features].</summary>
    internal abstract void Image(double u, Span<double> features);

    /// <summary>The value as text.</summary>
    internal abstract string Text(double value);
}

/// <summary>A number between two ends.</summary>
/// <param name="Name">Name.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, above it.</param>
/// <param name="IsLogarithmic">Whether ratios, not differences, are what counts; both ends are then positive.</param>
public sealed record RangeDimension(string Name, double Low, double High, bool IsLogarithmic = false) : SearchDimension(Name)
{
    /// <summary>High.</summary>
    public double High { get; } = double.IsFinite(Low) && double.IsFinite(High) && High > Low && (!IsLogarithmic || Low > 0)
        ? High
        : throw new ArgumentOutOfRangeException(nameof(High), High, $"The range of '{Name}' must be finite, rise{(IsLogarithmic ? " and be positive" : "")}, but goes from {Low} to {High}.");

    /// <inheritdoc/>
    internal override int Features => 1;

    /// <inheritdoc/>
    internal override double At(double u) => IsLogarithmic ? Math.Clamp(Low * Math.Pow(High / Low, u), Low, High) : Low + (u * (High - Low));

    /// <inheritdoc/>
    internal override double Place(double value) => IsLogarithmic ? Math.Log(value / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);

    /// <inheritdoc/>
    internal override void Image(double u, Span<double> features) => features[0] = u;

    /// <inheritdoc/>
    internal override string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}

/// <summary>One of some names, in no order: its value is their number, from 0.</summary>
/// <param name="Name">Name.</param>
/// <param name="Choices">At least one.</param>
public sealed record ChoiceDimension(string Name, ImmutableArray<string> Choices) : SearchDimension(Name)
{
    /// <summary>Choices.</summary>
    public ImmutableArray<string> Choices { get; } = Choices.IsDefaultOrEmpty ? throw new ArgumentException($"Expected at least one choice for '{Name}', found none.", nameof(Choices)) : Choices;

    /// <inheritdoc/>
    internal override int Features => Choices.Length;

    /// <inheritdoc/>
    internal override double At(double u) => Math.Min((int)(u * Choices.Length), Choices.Length - 1);

    /// <inheritdoc/>
    internal override double Place(double value) => (value + 0.5) / Choices.Length;

    /// <summary>Two choices are as far apart as the ends of a range, whichever they are.</summary>
    internal override void Image(double u, Span<double> features)
    {
        features.Clear();
        features[(int)At(u)] = Math.Sqrt(0.5);
    }

    /// <inheritdoc/>
    internal override string Text(double value) => Choices[(int)value];
}
