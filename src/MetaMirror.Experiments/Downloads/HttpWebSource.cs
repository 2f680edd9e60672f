using System.Net.Http.Headers;

namespace MetaMirror.Experiments.Downloads;

/// <summary>The network: redirects are followed (never from https to http), bodies come as they are.</summary>
public sealed class HttpWebSource : IWebSource, IDisposable
{
    private const int MostRedirects = 10;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = true,
        MaxAutomaticRedirections = MostRedirects,
        ConnectTimeout = ConnectTimeout,
    })
    {
        // Bodies take as long as they take; who reads them watches that something comes.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public async Task<WebAnswer> OpenAsync(Uri address, long from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("metamirror", null));
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool isPart = response.StatusCode == System.Net.HttpStatusCode.PartialContent;
        return new WebAnswer(
            response.StatusCode,
            isPart ? range?.From ?? -1 : 0,
            isPart ? range?.Length : response.Content.Headers.ContentLength,
            await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Closes connections.</summary>
    public void Dispose() => client.Dispose();
}
