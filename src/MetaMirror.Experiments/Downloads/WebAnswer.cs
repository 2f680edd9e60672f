using System.Net;

namespace MetaMirror.Experiments.Downloads;

/// <summary>What a server answers to a request for a file, or for the rest of one.</summary>
/// <param name="Status">Status of the answer, after redirects.</param>
/// <param name="Start">First byte of the file that the body has.</param>
/// <param name="Total">Length of the whole file; null where the server does not say.</param>
/// <param name="Body">The bytes.</param>
public sealed record WebAnswer(HttpStatusCode Status, long Start, long? Total, Stream Body) : IDisposable
{
    /// <summary>Closes the body.</summary>
    public void Dispose() => Body.Dispose();
}

/// <summary>Where downloads come from: the network, or what a test puts in its place.</summary>
public interface IWebSource
{
    /// <summary>Asks for a file from a byte on.</summary>
    /// <param name="address">The file.</param>
    /// <param name="from">First byte wanted; 0 for the whole file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="HttpRequestException">The server was not reached, or broke off.</exception>
    Task<WebAnswer> OpenAsync(Uri address, long from, CancellationToken cancellationToken);
}
