namespace MetaMirror.Experiments.Readers;

/// <summary>A data file is not what it should be. The message names the file, what was expected and what was found.</summary>
public sealed class DataFormatException : FormatException
{
    /// <summary>An error in a file.</summary>
    /// <param name="file">File name as the user knows it, with line and column where they are known.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    /// <param name="innerException">What the decoder reported, if one did.</param>
    public DataFormatException(string file, string expected, string found, Exception? innerException = null)
        : base($"{file}: expected {expected}, found {found}", innerException)
    {
        File = file;
        Expected = expected;
        Found = found;
    }

    /// <summary>File name, with line and column where they are known.</summary>
    public string File { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
