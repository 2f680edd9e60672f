using MetaMirror.Cli.Terminals;
using MetaMirror.Divergences;
using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Readers;
using MetaMirror.MetaLearners;
using MetaMirror.Numerics;

namespace MetaMirror.Cli.Errors;

/// <summary>The one place where an exception becomes a message and an exit code. A stack trace is never shown.</summary>
internal static class Failure
{
    /// <summary>Says what went wrong, on standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception error, Terminal terminal)
    {
        error = Innermost(error);
        switch (error)
        {
            case OperationCanceledException:
                terminal.Error.WriteLine("Canceled.");
                return ExitCodes.Canceled;
            case UsageException:
                Messages.Error(terminal, error.Message);
                return ExitCodes.WrongUsage;
            default:
                Messages.Error(terminal, Message(error));
                return ExitCodes.Failed;
        }
    }

    /// <summary>What a person reads: expected errors speak for themselves, others are named as a defect of this program.</summary>
    public static string Message(Exception error) => error switch
    {
        ArgumentException argument => WithoutParameter(argument),
        PlanException or DataFormatException or IOException or UnauthorizedAccessException => error.Message,
        MetaLearningDivergedException or MirrorStepFailedException => error.Message,
        SolveFailedException => $"the linear system of an implicit hypergradient was not solved: {error.Message}",
        OutOfMemoryException => "out of memory: a smaller plan, or fewer threads (--threads), needs less",
        _ => $"unexpected failure, a defect of this program: {error.GetType().Name}: {error.Message}",
    };

    // Worker threads wrap what their items throw.
    private static Exception Innermost(Exception error) =>
        error is AggregateException { InnerException: { } inner } ? Innermost(inner) : error;

    // .NET appends the name of a parameter, which is one of the library's and says nothing at a shell.
    private static string WithoutParameter(ArgumentException error)
    {
        string appended = $" (Parameter '{error.ParamName}')";
        return error.ParamName is null ? error.Message : error.Message.Replace(appended, "", StringComparison.Ordinal);
    }
}
