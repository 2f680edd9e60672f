using MetaMirror.Datasets;

namespace MetaMirror.Experiments.Readers;

/// <summary>The gray data sets known by name. MD5 sums are those published; SHA-256 sums were taken from files with these.</summary>
internal static class GraySets
{
    private const int Ten = 10;
    private static readonly ImageShape Large = new(28, 28, 1);

    private static readonly KnownEdition Mnist = Idx(
        "train",
        "t10k",
        [new(KnownContent.Whole, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db") { Md5 = "f68b3c2dcbeaaa9fbdd348bbdeb94873" }],
        [new(KnownContent.Whole, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5") { Md5 = "d53e105ee54ea40749a09fcbcd1e9432" }],
        [new(KnownContent.Whole, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7") { Md5 = "9fb629c4189551a2d022fa330f9573f3" }],
        [new(KnownContent.Whole, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2") { Md5 = "ec29112dd5afa0611ce80d1b7f02629c" }]);

    private static readonly KnownEdition Fashion = Idx(
        "train",
        "t10k",
        [new(KnownContent.Whole, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888") { Md5 = "8d4fb7e6c68d591d4c3dfef9ec88bf0d" }],
        [new(KnownContent.Whole, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9") { Md5 = "25c81989df183df01b3e8a0aad5dffbe" }],
        [new(KnownContent.Whole, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b") { Md5 = "bef4ecab320f06d8554ea6380940ec79" }],
        [new(KnownContent.Whole, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34") { Md5 = "bb300cfdad3c16e7a12a480ee83cd310" }]);

    private static readonly KnownEdition Kmnist = Idx(
        "train",
        "t10k",
        [
            new(KnownContent.Whole, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4") { Md5 = "bdb82020997e1d708af4cf47b453dcf7" },
            new("first 7,011 of 60,000", "3216fbd1e198409cd6bf706d4adbe7657f27032729a84c8481ad9fd31d79a2ef", "e07d5deda1fd894b9a5dba9fd0fd574ac432195a28a67b25961d5c3c19bb9c13"),
        ],
        [
            new(KnownContent.Whole, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17") { Md5 = "e144d726b3acfaa3e44228e80efcd344" },
            new("first 7,011 of 60,000", "65bae066f28b6e829427db755e4b6774a4319ec2eba189fd0b4929c2a656ab2a", "576adc0f6c4cfb37c445858fb6203c33039a49942170fee6b3ce3df15a7c0783"),
        ],
        [new(KnownContent.Whole, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", "76fbd229ce87db80dd281af5e6670de4ad0e42fb30a7bd643972994c47c1f42e") { Md5 = "5c965bf0a639b31b8f53240b1b52f4d7" }],
        [new(KnownContent.Whole, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", "a11dc742be8e781a40a92f53d6a4957e7b7d36df2faa097659131ebfd8fd60c6") { Md5 = "7320c461ea6c1c855c0b718fb2a4b134" }]);

    private static readonly KnownEdition Usps = Idx(
        "usps-train",
        "usps-test",
        [new(KnownContent.Whole, "d93c2d96c872ca9a87d539975e1de9ba1bb42e9caee5f39a5438c315d5054509", "4cd4bc62e6551318fe9ea956ca4b009b0d0393b480c2694b0042358c8349d345")],
        [new(KnownContent.Whole, "b8577876ee5da3289c5dd6c30f21ceed01a7df7f2b23b19affc167880ebb2ddf", "ca21dd4e5a91233d38069e4f468988d3b56f6ce37e1a579a5ad1bd02395488c6")],
        [new(KnownContent.Whole, "9f7be56a85cc6b99d3010305cdd01b7fba4de11db70e39a71968d08716e97ca1", "c457a5ed04299c6a38754b797879bb527abb519e4ec8afccc932d6018f35192a")],
        [new(KnownContent.Whole, "1955b0a729c700a7a55d4b36dd0a2e55a300d59868da0398d90ec08f09f806cb", "9d60836db74a1ffe67829f9a2546bd594d5d321f778dbca1578c041da94483a2")]);

    private static readonly KnownEdition UspsOfLibsvm = new(
        ImageFormat.UspsText,
        new KnownFile(DataFileRole.Train, "usps.bz2", new KnownContent("whole, LIBSVM's edition") { Md5 = "ec16c51db3855ca6c91edd34d0e9b197" }),
        new KnownFile(DataFileRole.Test, "usps.t.bz2", new KnownContent("whole, LIBSVM's edition") { Md5 = "8ea070ee2aca1ac39742fdd1ef5ed118" }));

    private static readonly KnownEdition Qmnist = new(
        ImageFormat.Qmnist,
        new KnownFile(DataFileRole.TrainImages, "qmnist-train-images-idx3-ubyte.gz", new KnownContent(KnownContent.Whole) { Md5 = "ed72d4157d28c017586c42bc6afe6370" }),
        new KnownFile(DataFileRole.TrainLabels, "qmnist-train-labels-idx2-int.gz", new KnownContent(KnownContent.Whole) { Md5 = "0058f8dd561b90ffdd0f734c6a30e5e4" }),
        new KnownFile(DataFileRole.TestImages, "qmnist-test-images-idx3-ubyte.gz", new KnownContent(KnownContent.Whole) { Md5 = "1394631089c404de565df7b7aeaf9412" }),
        new KnownFile(DataFileRole.TestLabels, "qmnist-test-labels-idx2-int.gz", new KnownContent(KnownContent.Whole) { Md5 = "5b5b05890a5e13444e108efe57b788aa" }));

    public static IReadOnlyList<KnownDataset> All { get; } =
    [
        new("optdigits", "UCI optical digits (Alpaydin, Kaynak), CC BY 4.0, embedded: 1,347 + 450 images", new ImageShape(8, 8, 1), Ten) { License = "CC BY 4.0" },
        new("mnist", "Handwritten digits (LeCun, Cortes, Burges), CC BY-SA 3.0: 60,000 + 10,000 images", Large, Ten)
        {
            License = "CC BY-SA 3.0",
            Editions = [Mnist],
            Downloads = FilesOf(Mnist, "https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        },
        new("fashion-mnist", "Articles of clothing (Xiao, Rasul, Vollgraf 2017; Zalando SE), MIT: 60,000 + 10,000 images", Large, Ten)
        {
            License = "MIT",
            ClassNames = ClassLists.Clothing,
            Editions = [Fashion],
            Downloads = FilesOf(Fashion, "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
        },
        new("kmnist", "Cursive Japanese characters (Clanuwat and others 2018; created by CODH), CC BY-SA 4.0: 60,000 + 10,000 images", Large, Ten)
        {
            License = "CC BY-SA 4.0",
            ClassNames = ClassLists.Kana,
            Editions = [Kmnist],
            Downloads = FilesOf(Kmnist, "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
        },
        new("usps", "Handwritten ZIP code digits (Hull 1994; values to three decimals), research use: 7,291 + 2,007 images", new ImageShape(16, 16, 1), Ten)
        {
            License = "none stated; research use",
            Restriction = KnownDatasets.Research,
            Editions =
            [
                Usps,
                new KnownEdition(
                    ImageFormat.UspsText,
                    new KnownFile(DataFileRole.Train, "zip.train.gz", new KnownContent("whole, as text", "749a15535b9761ceb2e39cbecce0245cde997d5ffeddc715706f30afd752ef5e")),
                    new KnownFile(DataFileRole.Test, "zip.test.gz", new KnownContent("whole, as text", "0604d515ee089c785224feea595506b491047826a3b7cb3d3cd47dbb830d561d"))),
                UspsOfLibsvm,
            ],
            Downloads = FilesOf(UspsOfLibsvm, "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/"),
        },
        new("qmnist", "Handwritten digits, MNIST made anew from NIST's originals (Yadav, Bottou 2019), BSD: 60,000 + 60,000 images", Large, Ten)
        {
            License = "BSD-3-Clause",
            Editions = [Qmnist],
            Downloads = FilesOf(Qmnist, "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"),
        },
    ];

    /// <summary>Images and labels of two parts, as MNIST names its files.</summary>
    private static KnownEdition Idx(string train, string test, KnownContent[] trainImages, KnownContent[] trainLabels, KnownContent[] testImages, KnownContent[] testLabels) => new(
        ImageFormat.Idx,
        new KnownFile(DataFileRole.TrainImages, $"{train}-images-idx3-ubyte.gz", trainImages),
        new KnownFile(DataFileRole.TrainLabels, $"{train}-labels-idx1-ubyte.gz", trainLabels),
        new KnownFile(DataFileRole.TestImages, $"{test}-images-idx3-ubyte.gz", testImages),
        new KnownFile(DataFileRole.TestLabels, $"{test}-labels-idx1-ubyte.gz", testLabels));

    /// <summary>An edition's files, each under its own name in every one of the folders.</summary>
    private static KnownDownload[] FilesOf(KnownEdition edition, params string[] folders) =>
        [.. edition.Files.Select(f => new KnownDownload(f.Name, f.Contents[0].Md5!, [.. folders.Select(folder => new Uri(folder + f.Name))]) { Sha256 = f.Contents[0].FileSha256 })];
}
