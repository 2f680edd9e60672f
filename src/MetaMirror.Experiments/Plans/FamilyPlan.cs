using System.Text.Json.Serialization;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Plans;

/// <summary>Which family of tasks a plan is about.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RotatedImagesPlan), "rotated-images")]
[JsonDerivedType(typeof(ImageSetsPlan), "image-sets")]
[JsonDerivedType(typeof(DigitPairsPlan), "digit-pairs")]
[JsonDerivedType(typeof(SensorsPlan), "sensors")]
[JsonDerivedType(typeof(RotatedQuadraticPlan), "rotated-quadratic")]
[JsonDerivedType(typeof(MetaQuadraticsPlan), "meta-quadratics")]
[JsonDerivedType(typeof(FolderPlan), "folder")]
public abstract record FamilyPlan;

/// <summary>One data set of images, turned by each angle: one task per angle, named <c>rotation-ANGLE</c>.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Angles">Angles in degrees, counter-clockwise.</param>
/// <param name="TrainExamples">The first so many training images. Default 10,000.</param>
/// <param name="TestExamples">The first so many test images. Default 2,000.</param>
/// <param name="Contrast">What the contrast of the turned images is multiplied by: x' = m + c (x - m), m the image's mean. Default 1.</param>
public sealed record RotatedImagesPlan(
    string Dataset, IReadOnlyList<double> Angles, int TrainExamples = 10_000, int TestExamples = 2_000, double Contrast = 1) : FamilyPlan
{
    /// <summary>Height and width that images are brought to, bilinear, before they are turned; null: as they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Size { get; init; }

    /// <summary>Share of the training labels that are replaced by another class, drawn by the seed's stream; test labels stay. Default 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LabelNoise { get; init; }

    /// <summary>Shape of all images, once they are brought to one.</summary>
    internal ImageShape Image()
    {
        ImageShape image = DatasetCatalogue.Named(Dataset).Image;
        return Size is { } size ? image with { Rows = size, Columns = size } : image;
    }
}

/// <summary>Several data sets of images, brought to one size: one task each, named as the data set (MetaMD, section 5.3: DiverseDigits).</summary>
/// <param name="Datasets">Names of the data sets; unless <see cref="Gray"/> or <see cref="Color"/> with as many channels.</param>
/// <param name="Rows">Height of all images. Default 28.</param>
/// <param name="Columns">Width of all images. Default 28.</param>
/// <param name="TrainExamples">The first so many training images of each. Default 10,000.</param>
/// <param name="TestExamples">The first so many test images of each. Default 2,000.</param>
public sealed record ImageSetsPlan(IReadOnlyList<string> Datasets, int Rows = 28, int Columns = 28, int TrainExamples = 10_000, int TestExamples = 2_000) : FamilyPlan
{
    /// <summary>Whether color images become gray ones (luma), so that gray and color data sets can be one family.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Gray { get; init; }

    /// <summary>Whether gray images get three equal channels, so that gray and color data sets can be one family.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Color { get; init; }

    /// <summary>Whether the training examples are drawn, by a random stream of the seed, with as many of each class, instead of the first ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Balanced { get; init; }

    /// <summary>Whether pixels are normalized: mean 0 and standard deviation 1 of each channel over the data set's training examples. Otherwise they are from 0 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Normalize { get; init; }

    /// <summary>Share of the training examples kept for validation, of each class, by a random stream of the seed. Default 0: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ValidationFraction { get; init; }

    /// <summary>Shape of all images, once they are brought to one.</summary>
    internal ImageShape Image() => new(Rows, Columns, Gray ? 1 : Color ? Channels : DatasetCatalogue.Named(Datasets[0]).Image.Channels);

    /// <summary>Outputs that serve all data sets: as many as the one of the most classes has. Labels of the others use the first ones.</summary>
    internal int Classes() => Datasets.Max(name => DatasetCatalogue.Named(name).Classes);

    private const int Channels = 3;
}

/// <summary>Each pair of classes of a data set as a binary problem: 45 tasks for ten digits.</summary>
/// <param name="Dataset">Name of the data set. Default the embedded digits.</param>
/// <param name="TrainExamples">The first so many training images, before pairs are chosen. Default 10,000.</param>
/// <param name="TestExamples">The first so many test images, before pairs are chosen. Default 2,000.</param>
public sealed record DigitPairsPlan(string Dataset = "optdigits", int TrainExamples = 10_000, int TestExamples = 2_000) : FamilyPlan;

/// <summary>Generated regression tasks, one per sensor.</summary>
/// <param name="Tasks">Number of sensors. Default 30.</param>
public sealed record SensorsPlan(int Tasks = 30) : FamilyPlan;

/// <summary>The negative control: dense quadratics, curvatures over decades, in a random rotation or in their eigenbasis.</summary>
/// <param name="Rotated">True for a random rotation, where a diagonal metric cannot help; false for the eigenbasis. Default true.</param>
/// <param name="Tasks">Number of tasks. Default 20.</param>
/// <param name="Dimensions">Number of weights. Default 100.</param>
/// <param name="Decades">Curvatures lie from 10^(1 - decades) to 10. Default 3.</param>
public sealed record RotatedQuadraticPlan(bool Rotated = true, int Tasks = 20, int Dimensions = 100, double Decades = 3) : FamilyPlan;

/// <summary>How the two curvatures of a meta-quadratic relate.</summary>
public enum QuadraticRegime
{
    /// <summary>(m0, m1) = (1, 1).</summary>
    [JsonStringEnumMemberName("round")]
    Round,

    /// <summary>(m0, m1) = (3, 0.3).</summary>
    [JsonStringEnumMemberName("stretched")]
    Stretched,

    /// <summary>(m0, m1) = (10, 0.5).</summary>
    [JsonStringEnumMemberName("steep")]
    Steep,
}

/// <summary>Random quadratics in the plane (MetaMD, section 5.1).</summary>
/// <param name="Regime">How the curvatures relate. Default stretched.</param>
/// <param name="LearnTasks">Tasks to learn on. Default 50.</param>
/// <param name="HeldOutTasks">Tasks to compare on. Default 100.</param>
/// <param name="TuningTasks">The first so many tasks to learn on, to tune the baselines on. Default 5.</param>
public sealed record MetaQuadraticsPlan(QuadraticRegime Regime = QuadraticRegime.Stretched, int LearnTasks = 50, int HeldOutTasks = 100, int TuningTasks = 5) : FamilyPlan;

/// <summary>A folder of the user's own tasks: CSV files or IDX pairs, one task each.</summary>
/// <param name="Folder">The folder; relative to the plan's file.</param>
/// <param name="Target">What the target column holds. Default classes.</param>
/// <param name="TargetColumn">Name of the target column; null: the last column.</param>
/// <param name="TestFraction">Share of each file's rows kept for testing. Default a quarter.</param>
/// <param name="Split">Which rows those are. Default evenly spread.</param>
public sealed record FolderPlan(
    string Folder, TargetKind Target = TargetKind.Classification, string? TargetColumn = null, double TestFraction = 0.25, RowSplit Split = RowSplit.Interleaved) : FamilyPlan;
