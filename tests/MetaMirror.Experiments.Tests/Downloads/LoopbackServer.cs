using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MetaMirror.Experiments.Tests.Downloads;

/// <summary>A request as the server saw it.</summary>
/// <param name="Path">Path of the address.</param>
/// <param name="From">First byte asked for; 0 without a range.</param>
internal sealed record SeenRequest(string Path, long From);

/// <summary>What the server answers.</summary>
/// <param name="Status">Such as <c>200 OK</c>.</param>
/// <param name="Body">The bytes that are sent.</param>
internal sealed record Scripted(string Status, byte[] Body)
{
    /// <summary>Length that is announced; null: that of the body; -1: none.</summary>
    public long? Announced { get; init; }

    /// <summary>Further header lines.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>True to send nothing more and keep the connection open.</summary>
    public bool Hangs { get; init; }

    /// <summary>A file, or the part of it that was asked for.</summary>
    public static Scripted File(byte[] file, SeenRequest request) => request.From == 0
        ? new Scripted("200 OK", file)
        : request.From >= file.Length
            ? new Scripted("416 Range Not Satisfiable", []) { Headers = [$"Content-Range: bytes */{file.Length}"] }
            : new Scripted("206 Partial Content", file[(int)request.From..]) { Headers = [$"Content-Range: bytes {request.From}-{file.Length - 1}/{file.Length}"] };
}

/// <summary>An HTTP server on the loopback address that does as a test says, mistakes included.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<SeenRequest> seen = new();
    private readonly Func<SeenRequest, int, Scripted> script;
    private readonly Task serving;

    /// <param name="script">Answer to a request and its number, from 0.</param>
    public LoopbackServer(Func<SeenRequest, int, Scripted> script)
    {
        this.script = script;
        listener.Start();
        serving = Task.Run(ServeAsync, TestContext.Current.CancellationToken);
    }

    public SeenRequest[] Seen => [.. seen];

    public Uri this[string path] => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/{path}");

    public void Dispose()
    {
        stop.Cancel();
        serving.Wait(TestContext.Current.CancellationToken);
        listener.Dispose();
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync(stop.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, stop.Token) > 0)
            head.Append((char)one[0]);
        string[] lines = head.ToString().Split("\r\n");
        string? range = lines.FirstOrDefault(l => l.StartsWith("Range: bytes=", StringComparison.Ordinal));
        long from = range is null ? 0 : long.Parse(range["Range: bytes=".Length..^1], CultureInfo.InvariantCulture);
        var request = new SeenRequest(lines[0].Split(' ')[1].TrimStart('/'), from);
        Scripted answer = script(request, seen.Count);
        seen.Enqueue(request);
        long announced = answer.Announced ?? answer.Body.Length;
        string[] headers = [.. announced < 0 ? [] : (string[])[$"Content-Length: {announced}"], .. answer.Headers, "Connection: close"];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Status}\r\n{string.Join("\r\n", headers)}\r\n\r\n"), stop.Token);
        await stream.WriteAsync(answer.Body, stop.Token);
        await stream.FlushAsync(stop.Token);
        if (answer.Hangs)
            await Task.Delay(Timeout.Infinite, stop.Token);
    }
}
