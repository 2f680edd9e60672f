namespace MetaMirror.Experiments.Readers;

/// <summary>A data set is in none of the places looked at. The message says which files to put where.</summary>
public sealed class DatasetNotFoundException : IOException
{
    /// <summary>An error with a message that says which files to put where.</summary>
    /// <param name="message">The message.</param>
    public DatasetNotFoundException(string message)
        : base(message)
    {
    }
}
