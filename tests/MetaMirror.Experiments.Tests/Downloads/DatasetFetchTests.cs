using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using MetaMirror.Datasets;
using MetaMirror.Experiments.Downloads;
using MetaMirror.Experiments.Readers;
using MetaMirror.Experiments.Tests.Readers;

namespace MetaMirror.Experiments.Tests.Downloads;

public sealed class DatasetFetchTests
{
    private static readonly byte[] Content = IdxBytes.Pattern(200_000);
    private static readonly FetchOptions Quick = new() { Wait = TimeSpan.FromMilliseconds(1), Silence = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_file_is_downloaded_checked_and_not_fetched_twice()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        var reports = new Reports();
        FetchedFile first = Assert.Single(await Fetch(One(server["data.bin"]), folder, reports));
        Assert.Equal((Path.Combine(folder.Path, "set", "data.bin"), false), (first.Path, first.WasThere));
        Assert.Equal(Content, await File.ReadAllBytesAsync(first.Path, TestContext.Current.CancellationToken));
        Assert.Equal(new FetchProgress("data.bin", Content.Length, Content.Length), reports.Last);
        Assert.True(Assert.Single(await Fetch(One(server["data.bin"]), folder)).WasThere);
        Assert.Single(server.Seen);
        Assert.Equal(["data.bin"], Files(folder));
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_ended()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((request, n) => n switch
        {
            0 => new Scripted("200 OK", Content[..50_000]) { Announced = Content.Length },
            1 => Scripted.File(Content, request) with { Body = Content[50_000..120_000], Announced = Content.Length - 50_000 },
            _ => Scripted.File(Content, request),
        });
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal([0, 50_000, 120_000], server.Seen.Select(s => s.From));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "set", "data.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_part_of_an_earlier_call_is_used()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin.part", Content[..70_000]);
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal([70_000], server.Seen.Select(s => s.From));
        Assert.Equal(["data.bin"], Files(folder));
    }

    [Fact]
    public async Task A_part_that_is_whole_needs_no_more_bytes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin.part", Content);
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal(["data.bin"], Files(folder));
    }

    [Fact]
    public async Task A_part_of_another_file_is_thrown_away()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin.part", new byte[1000]);
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal([1000, 0], server.Seen.Select(s => s.From));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "set", "data.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Where_SHA256_is_known_MD5_does_not_do()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        string other = Sha256(new byte[8]);
        FetchException error = await Assert.ThrowsAsync<FetchException>(() => Fetch(Summed(other, server["data.bin"]), folder));
        Assert.Contains($"wrong checksum: expected SHA-256 {other}, found {Sha256(Content)}; deleted", error.Message, StringComparison.Ordinal);
        Assert.Contains($"data.bin, SHA-256 {other}, from", error.Message, StringComparison.Ordinal);
        Assert.Empty(Files(folder));

        // Nor for a file that is there.
        folder.Write("set/data.bin", Content);
        Assert.Contains("found one with another content", (await Assert.ThrowsAsync<FetchException>(() => Fetch(Summed(other, server["data.bin"]), folder))).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder.Path, "set", "data.bin"));

        await Fetch(Summed(Sha256(Content), server["data.bin"]), folder);
        Assert.Equal(["data.bin"], Files(folder));
    }

    public static TheoryData<FetchOptions> BadOptions { get; } = new()
    {
        new FetchOptions { Tries = 0 },
        new FetchOptions { Tries = 17 },
        new FetchOptions { Wait = TimeSpan.FromSeconds(-1) },
        new FetchOptions { Wait = TimeSpan.FromMinutes(2) },
        new FetchOptions { Silence = TimeSpan.Zero },
        new FetchOptions { Silence = TimeSpan.FromDays(2) },
        new FetchOptions { MaxBytes = 0 },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_refused(FetchOptions options)
    {
        using var web = new HttpWebSource();
        Assert.Throws<ArgumentOutOfRangeException>(() => new DatasetFetch(web, options));
    }

    [Fact]
    public async Task A_server_without_ranges_sends_it_all_again()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin.part", new byte[300_000]);
        using var server = new LoopbackServer((_, _) => new Scripted("200 OK", Content));
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "set", "data.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Redirects_are_followed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin.part", Content[..10]);
        using var server = new LoopbackServer((request, _) => request.Path == "old"
            ? new Scripted("302 Found", []) { Headers = ["Location: /new/data.bin"] }
            : Scripted.File(Content, request));
        await Fetch(One(server["old"]), folder);
        Assert.Equal([new SeenRequest("old", 10), new SeenRequest("new/data.bin", 10)], server.Seen);
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        byte[] other = [.. Content[..^1], (byte)(Content[^1] ^ 1)];
        using var server = new LoopbackServer((request, _) => Scripted.File(other, request));
        string message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder))).Message;
        Assert.Contains($"wrong checksum: expected MD5 {Md5(Content)}, found {Md5(other)}; deleted", message, StringComparison.Ordinal);
        Assert.Empty(Files(folder));
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task The_next_address_is_tried_where_one_has_not_the_file()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((request, _) => request.Path == "gone" ? new Scripted("404 Not Found", []) : Scripted.File(Content, request));
        await Fetch(One(server["gone"], server["data.bin"]), folder);
        Assert.Equal(["gone", "data.bin"], server.Seen.Select(s => s.Path));
        string message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["gone"]), folder, name: "other"))).Message;
        Assert.Contains("the server answers 404 (NotFound)", message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "other")), "an empty folder was left");
        Assert.Contains($"put these files, downloaded elsewhere, into {Path.Combine(folder.Path, "other")}", message, StringComparison.Ordinal);
        Assert.Contains($"data.bin, MD5 {Md5(Content)}, from {server["gone"]}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_again()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((request, n) => n == 0 ? new Scripted("503 Service Unavailable", []) : Scripted.File(Content, request));
        await Fetch(One(server["data.bin"]), folder);
        Assert.Equal(2, server.Seen.Length);
    }

    [Fact]
    public async Task A_server_that_is_not_there_keeps_what_came()
    {
        using var folder = new TemporaryFolder();
        Uri address;
        using (var server = new LoopbackServer((_, _) => new Scripted("200 OK", Content)))
            address = server["data.bin"];
        folder.Write("set/data.bin.part", Content[..10]);
        string message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(address), folder))).Message;
        Assert.Contains("data set 'set': data.bin could not be downloaded.", message, StringComparison.Ordinal);
        Assert.Contains("What came so far is kept in", message, StringComparison.Ordinal);
        Assert.Equal(["data.bin.part"], Files(folder));
    }

    [Fact]
    public async Task Silence_ends()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((_, _) => new Scripted("200 OK", Content[..1000]) { Announced = Content.Length, Hangs = true });
        FetchOptions impatient = Quick with { Tries = 1, Silence = TimeSpan.FromMilliseconds(300) };
        string message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder, options: impatient))).Message;
        Assert.Contains("nothing came for", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_keeps_the_part()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((_, _) => new Scripted("200 OK", Content[..100_000]) { Announced = Content.Length, Hangs = true });
        using var cancel = new CancellationTokenSource();
        var reports = new Reports { At = p => { if (p.Received == 100_000) cancel.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(One(server["data.bin"]), folder, reports, cancel: cancel.Token));
        Assert.Equal(100_000, new FileInfo(Path.Combine(folder.Path, "set", "data.bin.part")).Length);
        Assert.Equal(["data.bin.part"], Files(folder));
    }

    [Fact]
    public async Task Endless_files_end()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer((_, n) => new Scripted("200 OK", Content) { Announced = n == 0 ? -1 : null });
        FetchOptions small = Quick with { MaxBytes = 1000 };
        Assert.Contains("at most 1000 bytes, found more", (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder, options: small))).Message, StringComparison.Ordinal);
        Assert.Contains("found 200000 announced", (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder, options: small))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_content_of_the_name_is_kept()
    {
        using var folder = new TemporaryFolder();
        folder.Write("set/data.bin", new byte[7]);
        using var server = new LoopbackServer((request, _) => Scripted.File(Content, request));
        string message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder))).Message;
        Assert.Contains("found one with another content. It is kept", message, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
        folder.Write("subset/data.bin", new byte[8]);
        message = (await Assert.ThrowsAsync<FetchException>(() => Fetch(One(server["data.bin"]), folder, name: "subset"))).Message;
        Assert.Contains("found one that is 'first 8'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_is_unpacked_and_not_kept()
    {
        using var folder = new TemporaryFolder();
        byte[] archive = Archive(("folder/a.bin", 3), ("../../b.bin", 4), ("folder/other.bin", 9));
        using var server = new LoopbackServer((request, _) => Scripted.File(archive, request));
        IReadOnlyList<FetchedFile> files = await Fetch(Packed(archive, server["set.tar.gz"]), folder);
        Assert.Equal(["a.bin", "b.bin"], Files(folder));
        Assert.All(files, f => Assert.False(f.WasThere));
        Assert.All(await Fetch(Packed(archive, server["set.tar.gz"]), folder), f => Assert.True(f.WasThere));
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task Archives_without_a_file_or_with_a_wrong_one_are_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] less = Archive(("a.bin", 3)), wrong = Archive(("a.bin", 3), ("b.bin", 5)), damaged = [.. Archive(("a.bin", 3), ("b.bin", 4))[..60]];
        using var server = new LoopbackServer((request, _) => Scripted.File(request.Path switch { "less" => less, "wrong" => wrong, _ => damaged }, request));
        Assert.Contains("none with b.bin", (await Assert.ThrowsAsync<DataFormatException>(() => Fetch(Packed(less, server["less"]), folder))).Message, StringComparison.Ordinal);
        Assert.Contains("b.bin of set.tar.gz: expected 4 bytes, found 5 bytes; deleted", (await Assert.ThrowsAsync<FetchException>(() => Fetch(Packed(wrong, server["wrong"]), folder, name: "two"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DataFormatException>(() => Fetch(Packed(damaged, server["damaged"]), folder, name: "three"));
        Assert.Empty(Files(folder));
    }

    private static KnownDataset One(params Uri[] addresses) => new("set", "d", new ImageShape(1, 1, 1), 2)
    {
        License = "none",
        Editions = [new KnownEdition(ImageFormat.Cifar10, new KnownFile(DataFileRole.Train, "data.bin", new KnownContent(KnownContent.Whole) { Md5 = Md5(Content) }, new KnownContent("first 8") { Md5 = Md5(new byte[8]) }))],
        Downloads = [new KnownDownload("data.bin", Md5(Content), addresses)],
    };

    private static KnownDataset Summed(string sha256, Uri address) => new("set", "d", new ImageShape(1, 1, 1), 2)
    {
        License = "none",
        Editions = [new KnownEdition(ImageFormat.Cifar10, new KnownFile(DataFileRole.Train, "data.bin", new KnownContent(KnownContent.Whole, sha256) { Md5 = Md5(Content) }))],
        Downloads = [new KnownDownload("data.bin", Md5(Content), address) { Sha256 = sha256 }],
    };

    private static KnownDataset Packed(byte[] archive, Uri address) => new("set", "d", new ImageShape(1, 1, 1), 2)
    {
        License = "none",
        Editions =
        [
            new KnownEdition(
                ImageFormat.Cifar10,
                new KnownFile(DataFileRole.Train, "a.bin", new KnownContent(KnownContent.Whole) { Bytes = 3 }),
                new KnownFile(DataFileRole.Test, "b.bin", new KnownContent(KnownContent.Whole) { Bytes = 4 })),
        ],
        Downloads = [new KnownDownload("set.tar.gz", Md5(archive), address) { Members = ["a.bin", "b.bin"] }],
    };

    private static async Task<IReadOnlyList<FetchedFile>> Fetch(
        KnownDataset known, TemporaryFolder folder, Reports? reports = null, FetchOptions? options = null, string? name = null, CancellationToken? cancel = null)
    {
        KnownDataset own = name is null ? known : new KnownDataset(known.Name, "d", known.Image, 2) { Folder = name, License = "none", Editions = known.Editions, Downloads = known.Downloads };
        using var web = new HttpWebSource();
        return await new DatasetFetch(web, options ?? Quick) { Progress = reports }.RunAsync(own, folder.Path, cancel ?? TestContext.Current.CancellationToken);
    }

    private static byte[] Archive(params (string Name, int Length)[] files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach ((string name, int length) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[length]) });
        }

        return packed.ToArray();
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Md5(byte[] bytes)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(bytes);
        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    private static string[] Files(TemporaryFolder folder) =>
        [.. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetFileName(f)).Distinct().Order(StringComparer.Ordinal)];

    private sealed class Reports : IProgress<FetchProgress>
    {
        public Action<FetchProgress>? At { get; init; }

        public FetchProgress Last { get; private set; }

        public void Report(FetchProgress value)
        {
            Last = value;
            At?.Invoke(value);
        }
    }
}
