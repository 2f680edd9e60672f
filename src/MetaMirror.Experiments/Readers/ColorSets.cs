using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>
/// The color data sets known by name. MD5 sums are those published; files that came in an archive with a published sum but have none of
/// their own are known by their length; subsets by the SHA-256 of the file at hand.
/// </summary>
internal static class ColorSets
{
    private const int Ten = 10, Coarse = 20, Fine = 100;
    private const long CifarBatch = 30_730_000, CifarHundredTrain = 153_700_000, CifarHundredTest = 30_740_000;
    private const string NoTerms = "none stated; to be cited";
    private static readonly ImageShape Small = new(32, 32, 3);

    public static IReadOnlyList<KnownDataset> All { get; } =
    [
        new("svhn", "House numbers from street views, cropped digits (Netzer and others 2011), non-commercial use only: 73,257 + 26,032 images", Small, Ten)
        {
            License = KnownDatasets.NonCommercial,
            Restriction = KnownDatasets.NonCommercial,
            Editions =
            [
                new KnownEdition(
                    ImageFormat.SvhnMat,
                    new KnownFile(DataFileRole.Train, "train_32x32.mat", Svhn("e26dedcc434d2e4c54c9b2d4a06d8373"), SvhnPart),
                    new KnownFile(DataFileRole.Test, "test_32x32.mat", Svhn("eb5a983be6a315427106f1b164d9cef3"))),
                new KnownEdition(
                    ImageFormat.SvhnMat,
                    new KnownFile(DataFileRole.Train, "train_32x32.mat", SvhnPart, Svhn("e26dedcc434d2e4c54c9b2d4a06d8373")),
                    new KnownFile(DataFileRole.Test, "heldout_32x32.mat", new KnownContent(HeldOut, "9e553daae4208eddf18c2764e33bcdd2a9a6b73c88aa8f1c04d6592bc0625432"))),
                new KnownEdition(
                    ImageFormat.Idx,
                    new KnownFile(DataFileRole.TrainImages, "train-images-idx4-ubyte.gz", new KnownContent(First, "a5fd3304af03a80e4727826244aebb8997992b38d40922ce4a3c546d4fc31fd2")),
                    new KnownFile(DataFileRole.TrainLabels, "train-labels-idx1-ubyte.gz", new KnownContent(First, "5d986dc92e4deba0ea432a01c3b2571fd0e0312cc75b45bb64186b0317aae847")),
                    new KnownFile(DataFileRole.TestImages, "heldout-images-idx4-ubyte.gz", new KnownContent(HeldOut, "22b6438800b1eb1c96e01433a9f08da1958d02583dc56b03099b42c2e517266b")),
                    new KnownFile(DataFileRole.TestLabels, "heldout-labels-idx1-ubyte.gz", new KnownContent(HeldOut, "e90bf24031eda654453493623ed9e35de57f0b218d8aeb9f2d185633ad7d030c"))),
            ],
            Downloads =
            [
                new KnownDownload("train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373", new Uri("http://ufldl.stanford.edu/housenumbers/train_32x32.mat")),
                new KnownDownload("test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3", new Uri("http://ufldl.stanford.edu/housenumbers/test_32x32.mat")),
            ],
        },
        new("cifar-10", "Small photographs of ten kinds of things (Krizhevsky 2009), no license stated: 50,000 + 10,000 images", Small, Ten)
        {
            License = NoTerms,
            ClassNames = ClassLists.Cifar10,
            Editions =
            [
                new KnownEdition(ImageFormat.Cifar10, [CifarTrain(1), CifarTrain(2), CifarTrain(3), CifarTrain(4), CifarTrain(5), CifarTest]),
                new KnownEdition(ImageFormat.Cifar10, CifarTrain(1), CifarTest),
            ],
            Downloads =
            [
                new KnownDownload("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"))
                {
                    Members = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"],
                },
            ],
        },
        Hundred("cifar-100", "Small photographs of a hundred kinds of things (Krizhevsky 2009), no license stated: 50,000 + 10,000 images", ImageFormat.Cifar100Fine, Fine, ClassLists.Cifar100Fine),
        Hundred("cifar-100-coarse", "The images of cifar-100 in twenty groups of five kinds, no license stated: 50,000 + 10,000 images", ImageFormat.Cifar100Coarse, Coarse, ClassLists.Cifar100Coarse),
        new("stl-10", "Photographs of ten kinds of things (Coates, Ng, Lee 2011; images from ImageNet), research use: 5,000 + 8,000 images", new ImageShape(96, 96, 3), Ten)
        {
            License = "none stated; research use",
            Restriction = KnownDatasets.Research,
            ClassNames = ClassLists.Stl10,
            Editions =
            [
                new KnownEdition(
                    ImageFormat.Stl10,
                    [
                        new KnownFile(DataFileRole.TrainImages, "train_X.bin", new KnownContent(KnownContent.Whole) { Md5 = "918c2871b30a85fa023e0c44e0bee87f" }),
                        new KnownFile(DataFileRole.TrainLabels, "train_y.bin", new KnownContent(KnownContent.Whole) { Md5 = "5a34089d4802c674881badbb80307741" }),
                        .. StlTest,
                    ]),
                new KnownEdition(ImageFormat.Stl10, [.. StlTest]),
            ],
            Downloads =
            [
                new KnownDownload("stl10_binary.tar.gz", "91f7769df0f17e558f3565bffb0c7dfb", new Uri("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"))
                {
                    Members = ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"],
                },
            ],
        },
    ];

    private static string First => "first 799 of 73,257";

    private static string HeldOut => "the next 284 training crops, held out; not the official test set";

    private static KnownContent SvhnPart => new(First, "c1ab37aa88359f9043f8f4541d095523c7245e160fd9adc7b462fb39a2b20493");

    private static KnownFile CifarTest => new(
        DataFileRole.Test, "test_batch.bin",
        new KnownContent(KnownContent.Whole) { Bytes = CifarBatch },
        new KnownContent("2,000 of 10,000, 200 a class", "67bf5cf436774f8c0ff35790a748a8ec8f98c792d4ae28826c60c8db3f23d21e"));

    private static KnownFile[] StlTest =>
    [
        new(
            DataFileRole.TestImages, "test_X.bin",
            new KnownContent(KnownContent.Whole) { Md5 = "7f263ba9f9e0b06b93213547f721ac82" },
            new KnownContent("first 95 of 8,000", "0ada2cd0d9a2cfa1b7f9da7b63e735e2ae92c354da143aeaca5d31c510047789")),
        new(
            DataFileRole.TestLabels, "test_y.bin",
            new KnownContent(KnownContent.Whole) { Md5 = "36f9794fa4beb8a2c72628de14fa638e" },
            new KnownContent("first 95 of 8,000", "fa497810adb3abbd215125a538fddf46bbdea143e0000c20b7850daab2042020")),
    ];

    private static KnownContent Svhn(string md5) => new(KnownContent.Whole) { Md5 = md5 };

    private static KnownFile CifarTrain(int batch)
    {
        var whole = new KnownContent(KnownContent.Whole) { Bytes = CifarBatch };
        string name = $"data_batch_{batch}.bin";
        return batch == 1
            ? new KnownFile(DataFileRole.Train, name, whole, new KnownContent("9,889 of the 10,000 of the first of five batches", "6830d7f4e0e1117b680b67c1ebbd74be095c69e1b9e0e2a741b3af5f4d01b7f9"))
            : new KnownFile(DataFileRole.Train, name, whole);
    }

    private static KnownDataset Hundred(string name, string description, ImageFormat format, int classes, IReadOnlyList<string> names) => new(name, description, Small, classes)
    {
        Folder = "cifar-100",
        License = NoTerms,
        ClassNames = names,
        Editions =
        [
            new KnownEdition(
                format,
                new KnownFile(
                    DataFileRole.Train, "train.bin",
                    new KnownContent(KnownContent.Whole) { Bytes = CifarHundredTrain },
                    new KnownContent("50 of 600 images a class, a split of its own", "02735b77e5b0c5945e0dd5ddcc2ddf7f1696be93ed639e82d2da6d550be9b878")),
                new KnownFile(
                    DataFileRole.Test, "test.bin",
                    new KnownContent(KnownContent.Whole) { Bytes = CifarHundredTest },
                    new KnownContent("10 of 600 images a class, a split of its own", "3866127694221e31d90f5379940d0ccd6cfc1bb63fb35a50494b7d48f73aa1b2"))),
        ],
        Downloads =
        [
            new KnownDownload("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", new Uri("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"))
            {
                Members = ["train.bin", "test.bin"],
            },
        ],
    };
}
