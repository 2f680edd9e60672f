namespace MetaMirror.Storage;

/// <summary>A stored file is not what it should be: damaged, truncated, of another kind, or beyond a limit. The message names what was expected and what was found.</summary>
public sealed class StorageException : IOException
{
    /// <summary>An error with a message that names what was expected and what was found.</summary>
    /// <param name="message">One clear sentence.</param>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and the failure beneath it.</summary>
    /// <param name="message">One clear sentence.</param>
    /// <param name="innerException">What the decoder reported.</param>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
