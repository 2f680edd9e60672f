using System.Runtime.InteropServices;

namespace MetaMirror.Cli.Terminals;

/// <summary>Ctrl-C and SIGTERM: the first asks the work to save what there is and to end, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TextWriter _error;
    private readonly Action<int> _exit;
    private int _signals;

    /// <summary>Listens from now on.</summary>
    /// <param name="error">Is told of the first signal.</param>
    /// <param name="exit">Ends the process.</param>
    public Interruption(TextWriter error, Action<int> exit)
    {
        _error = error;
        _exit = exit;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Canceled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    /// <summary>What a signal does.</summary>
    internal void Interrupt()
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            _exit(ExitCodes.Canceled);
            return;
        }

        _error.WriteLine();
        _error.WriteLine("Stopping as soon as what is done is safe. Press Ctrl-C again to end at once.");
        _source.Cancel();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        Interrupt();
    }
}
