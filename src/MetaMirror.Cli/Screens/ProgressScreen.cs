using System.Globalization;
using System.Text;
using MetaMirror.Cli.Terminals;
using MetaMirror.Experiments.Downloads;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Plots;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Screens;

/// <summary>
/// How far long work is, on standard error: on a terminal one line that is drawn again (bar, loss so far, time left of the stage), elsewhere a
/// plain line when a stage begins and ends and every ten seconds.
/// </summary>
/// <param name="terminal">Where.</param>
internal sealed class ProgressScreen(Terminal terminal) : IProgress<RunProgress>, IProgress<LearningProgress>, IProgress<FetchProgress>, IDisposable
{
    private const long Kilobyte = 1000;
    private const int LeastBar = 8, MostBar = 24;
    private const string ClearLine = "\r\e[2K";
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(80), PlainEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _drawing = new();
    private string? _stage;
    private long _stageStart, _drawn, _reported = terminal.Clock.GetTimestamp();
    private bool _lineIsDrawn;

    /// <inheritdoc/>
    public void Report(RunProgress value) => Report(value.Stage, value.Done, value.Total, value.Text, value.Loss, "loss");

    /// <inheritdoc/>
    public void Report(LearningProgress value) => Report("learning", value.Done, value.Total, value.Phase, value.Value, "value");

    /// <inheritdoc/>
    public void Report(FetchProgress value) => Report(
        value.File, (int)(value.Received / Kilobyte), (int)((value.Total ?? 0) / Kilobyte), "kB", double.NaN, "");

    /// <summary>Says that work has begun before its first report can come.</summary>
    public void Begin(string stage, int total = 0) => Report(stage, 0, total, "", double.NaN, "");

    /// <summary>Removes the line.</summary>
    public void Dispose()
    {
        lock (_drawing)
            Clear();
    }

    private void Report(string stage, int done, int total, string text, double value, string quantity)
    {
        lock (_drawing)
        {
            long now = terminal.Clock.GetTimestamp();
            bool begins = !string.Equals(stage, _stage, StringComparison.Ordinal);
            if (begins)
            {
                _stage = stage;
                _stageStart = done > 0 ? _reported : now; // the first report comes when the first piece is done
            }

            _reported = now;

            bool due = terminal.Clock.GetElapsedTime(_drawn, now) >= (terminal.ErrorIsTerminal ? Redraw : PlainEvery);
            if (!begins && !due && done < total)
                return;
            _drawn = now;
            string line = Line(stage, done, total, text, value, quantity, terminal.Clock.GetElapsedTime(_stageStart, now).TotalSeconds);
            if (terminal.ErrorIsTerminal)
                Draw(line);
            else
                terminal.Error.WriteLine(line);
        }
    }

    private string Line(string stage, int done, int total, string text, double value, string quantity, double elapsed)
    {
        if (total <= 0)
            return stage + " ...";
        var head = new StringBuilder(stage);
        if (terminal.ErrorIsTerminal)
        {
            int length = Math.Clamp((terminal.Width / 4) - 10, LeastBar, MostBar);
            int filled = Math.Clamp(length * done / total, 0, length);
            head.Append("  ").Append('━', filled).Append('─', length - filled);
        }

        head.Append(CultureInfo.InvariantCulture, $"  {done} of {total}");
        string tail = Tail(done, total, value, quantity, elapsed);
        return head.Append(Fitting(text, Room - head.Length - tail.Length)).Append(tail).ToString();
    }

    // The last column would wrap on some terminals.
    private int Room => terminal.ErrorIsTerminal ? Math.Max(20, terminal.Width - 1) : int.MaxValue;

    // Loss and time left are what a person waits for: where there is little room, the name of the run gives way.
    private static string Fitting(string text, int room) => text.Length switch
    {
        0 => "",
        int length when length + 2 <= room => "  " + text,
        _ => room > 8 ? $"  {text[..(room - 3)].TrimEnd()}…" : "",
    };

    private static string Tail(int done, int total, double value, string quantity, double elapsed)
    {
        string figure = double.IsFinite(value) ? $"  {quantity} {NumberText.Significant(value)}" : double.IsNaN(value) ? "" : "  diverged";
        return done >= total ? $"{figure}  done in {NumberText.Duration(elapsed)}"
            : done > 0 ? $"{figure}  {Left(elapsed * (total - done) / done)} left"
            : figure;
    }

    // An estimate in whole seconds: more digits would pretend.
    private static string Left(double seconds)
    {
        double whole = Math.Ceiling(seconds);
        return whole < 100 ? whole.ToString("0", CultureInfo.InvariantCulture) + " s" : NumberText.Duration(whole);
    }

    private void Draw(string line)
    {
        terminal.Error.Write(ClearLine + (line.Length > Room ? line[..Room] : line));
        _lineIsDrawn = true;
    }

    private void Clear()
    {
        if (_lineIsDrawn)
            terminal.Error.Write(ClearLine);
        _lineIsDrawn = false;
    }
}
