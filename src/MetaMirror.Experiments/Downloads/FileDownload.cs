using System.Net;
using MetaMirror.Experiments.Readers;

namespace MetaMirror.Experiments.Downloads;

/// <summary>
/// Downloads one file to <c>FILE.part</c> and compares its checksum. What came stays in the part file when the line breaks or a person stops
/// the work, and the next try asks for the rest of it; a whole file with a wrong checksum is deleted.
/// </summary>
/// <param name="web">Where it comes from.</param>
/// <param name="options">How patient to be.</param>
internal sealed class FileDownload(IWebSource web, FetchOptions options)
{
    /// <summary>What the name of a file ends with that is not whole, or not checked yet.</summary>
    public const string PartSuffix = ".part";

    private const int Chunk = 1 << 16;

    /// <summary>Downloads.</summary>
    /// <param name="file">What, and from where.</param>
    /// <param name="part">The part file; its folder exists.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops; the part file stays.</param>
    /// <exception cref="FetchException">No address gave the file; the message says why, a line for each.</exception>
    public async Task RunAsync(KnownDownload file, string part, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (Uri address in file.Addresses)
        {
            string? reason = await FromAsync(address, file, part, progress, cancellationToken);
            if (reason is null)
                return;
            reasons.Add($"  {address}: {reason}");
        }

        throw new FetchException(string.Join(Environment.NewLine, reasons));
    }

    /// <summary>Why an address did not give the file; null if it did.</summary>
    private async Task<string?> FromAsync(Uri address, KnownDownload file, string part, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        string reason = "";
        for (int trial = 0; trial < options.Tries; trial++)
        {
            if (trial > 0)
                await Task.Delay(options.Wait * (1 << (trial - 1)), cancellationToken);
            long before = File.Exists(part) ? new FileInfo(part).Length : 0;
            try
            {
                if (await FillAsync(address, file, part, before, progress, cancellationToken) is { } refused)
                    return refused;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or TransientException)
            {
                reason = e is OperationCanceledException ? $"nothing came for {options.Silence.TotalSeconds:0} seconds" : e.Message;
                if (e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
                    return reason;
                continue;
            }

            string sum = Sum(file, part, cancellationToken);
            if (sum == (file.Sha256 ?? file.Md5))
                return null;
            File.Delete(part);
            reason = $"wrong checksum: expected {file.Mark}, found {sum}; deleted";

            // The beginning may have been another file's; a file that came in one piece would come again.
            if (before == 0)
                return reason;
        }

        return reason;
    }

    /// <summary>Why the server will not give the file; null if what it gave is in the part file.</summary>
    private async Task<string?> FillAsync(
        Uri address, KnownDownload file, string part, long from, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Silence);
        using WebAnswer answer = await web.OpenAsync(address, from, patience.Token);
        switch (answer.Status)
        {
            case HttpStatusCode.RequestedRangeNotSatisfiable when from > 0:
                // All of it is there already, or more than there should be: the checksum tells.
                return null;
            case HttpStatusCode.PartialContent when answer.Start == from:
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new TransientException($"the server answers {(int)answer.Status} ({answer.Status})");
            default:
                return $"the server answers {(int)answer.Status} ({answer.Status})";
        }

        if (answer.Total > options.MaxBytes)
            return $"expected at most {options.MaxBytes} bytes, found {answer.Total} announced";
        using var stream = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        stream.SetLength(answer.Start);
        stream.Position = answer.Start;
        var buffer = new byte[Chunk];
        while (true)
        {
            patience.CancelAfter(options.Silence);
            int read = await NextAsync(answer.Body, buffer, patience.Token);
            if (read == 0)
                break;
            if (stream.Position + read > options.MaxBytes)
                return $"expected at most {options.MaxBytes} bytes, found more";
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(new FetchProgress(file.File, stream.Position, answer.Total));
        }

        stream.Flush(flushToDisk: true);
        return answer.Total is { } total && stream.Position < total
            ? throw new TransientException($"the connection ended after {stream.Position} of {total} bytes")
            : null;
    }

    // A broken line and a full disk are both IOException; only the first is worth another try.
    private static async Task<int> NextAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new TransientException(e.Message);
        }
    }

    private static string Sum(KnownDownload file, string path, CancellationToken cancellationToken)
    {
        using FileStream stream = File.OpenRead(path);
        (string sha256, string md5) = FileSums.Of(stream, cancellationToken);
        return file.Sha256 is null ? md5 : sha256;
    }

    /// <summary>Something that may be different at the next try.</summary>
    private sealed class TransientException(string message) : Exception(message);
}
