using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Tests.Running;

/// <summary>Ctrl-C while a task is being compared on.</summary>
internal sealed class CanceledAtTask(string task, CancellationTokenSource source) : IProgress<RunProgress>
{
    public void Report(RunProgress value)
    {
        if (value.Stage.Contains(task, StringComparison.Ordinal))
            source.Cancel();
    }
}
