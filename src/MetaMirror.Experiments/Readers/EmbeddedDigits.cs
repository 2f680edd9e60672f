using System.Numerics;
using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>The UCI optical digits, which come with this program: 1,797 images of 8 x 8, values 0 to 16 divided by 16; the first 1,347 train, the last 450 test.</summary>
internal static class EmbeddedDigits
{
    public const string Resource = "optdigits/digits.csv.gz";

    /// <summary>SHA-256 of the resource.</summary>
    public const string Sha256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";

    public const int TrainCount = 1347;
    private const int Largest = 16;
    private static readonly ImageShape Shape = new(8, 8, 1);

    public static Stream Open() => typeof(EmbeddedDigits).Assembly.GetManifestResourceStream(Resource)
        ?? throw new DatasetNotFoundException($"expected the embedded resource '{Resource}', found none: this build is incomplete");

    /// <summary>All 1,797 digits in file order.</summary>
    public static Dataset<T> Read<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var stream = Open();
        var table = CsvReader.Read(stream, Resource, new CsvOptions { Header = false }).ToDataset<T>("optdigits");
        var x = new T[table.Inputs.Length];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = table.Inputs[i] / T.CreateTruncating(Largest);
        }

        return table.WithInputs(x, Shape.Features, Shape);
    }
}
