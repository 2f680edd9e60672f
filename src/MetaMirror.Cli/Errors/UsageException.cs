namespace MetaMirror.Cli.Errors;

/// <summary>The command line is wrong: exit code 2. The message names the argument, what was expected and what was found.</summary>
internal sealed class UsageException : Exception
{
    /// <summary>A mistake in an argument.</summary>
    /// <param name="argument">Name of the argument or option.</param>
    /// <param name="message">For example <c>expected ..., found ...</c>.</param>
    public UsageException(string argument, string message)
        : base($"{argument}: {message}")
    {
    }

    /// <summary>Does a look-up of what an argument names; where it throws an <see cref="ArgumentException"/>, the argument is to blame.</summary>
    /// <typeparam name="T">What is looked up.</typeparam>
    /// <param name="argument">Name of the argument or option.</param>
    /// <param name="lookUp">The look-up.</param>
    public static T Blame<T>(string argument, Func<T> lookUp)
    {
        try
        {
            return lookUp();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(argument, Failure.Message(error));
        }
    }
}
