using MetaMirror.Cli.Screens;
using MetaMirror.Cli.Terminals;
using MetaMirror.Cli.Tests.Running;
using MetaMirror.Experiments.Learning;
using MetaMirror.Experiments.Runs;

namespace MetaMirror.Cli.Tests.Screens;

public sealed class ProgressScreenTests : IDisposable
{
    private readonly ManualClock _clock = new() { Looks = 0 };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [Fact]
    public void Without_a_terminal_there_is_a_line_at_the_ends_of_a_stage_and_every_ten_seconds()
    {
        using (var screen = Screen(isTerminal: false))
        {
            for (int done = 1; done <= 30; done++)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                screen.Report(new RunProgress("tuning on rotation-0", done, 30, "adam", 1.0 / done));
            }
        }

        Assert.Equal(
            """
            tuning on rotation-0  1 of 30  adam  loss 1.00  29 s left
            tuning on rotation-0  11 of 30  adam  loss 0.0909  19 s left
            tuning on rotation-0  21 of 30  adam  loss 0.0476  9 s left
            tuning on rotation-0  30 of 30  adam  loss 0.0333  done in 30.0 s

            """.ReplaceLineEndings("\n"),
            _error.ToString());
    }

    [Fact]
    public void On_a_terminal_one_line_is_drawn_again_and_removed_at_the_end()
    {
        using (var screen = Screen(isTerminal: true))
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            screen.Report(new LearningProgress("source runs", 1, 4, 0.5));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            screen.Report(new LearningProgress("source runs", 2, 4, 0.25)); // too soon to draw
            _clock.Advance(TimeSpan.FromSeconds(2));
            screen.Report(new LearningProgress("refinement", 3, 4, double.PositiveInfinity));
        }

        Assert.Equal(
            "\r\e[2Klearning  ━━━━━━──────────────────  1 of 4  source runs  value 0.500  6 s left"
            + "\r\e[2Klearning  ━━━━━━━━━━━━━━━━━━──────  3 of 4  refinement  diverged  2 s left"
            + "\r\e[2K",
            _error.ToString());
    }

    [Fact]
    public void Where_there_is_little_room_loss_and_time_left_stay()
    {
        var screen = Screen(isTerminal: true, width: 80);
        _clock.Advance(TimeSpan.FromSeconds(2));
        screen.Report(new RunProgress("tuning on rotation-0", 1, 350, "nesterov, learning rate 0.1, linear", 0.25));
        _clock.Advance(TimeSpan.FromSeconds(2));
        screen.Report(new RunProgress("tuning on rotation-0", 320, 350, "nesterov, learning rate 0.1, linear", 0.125));
        Assert.Equal(
            "\r\e[2Ktuning on rotation-0  ──────────  1 of 350  loss 0.250  11 min 38 s left"
            + "\r\e[2Ktuning on rotation-0  ━━━━━━━━━─  320 of 350  nesterov,…  loss 0.125  1 s left",
            _error.ToString());
    }

    [Fact]
    public void A_line_never_wraps()
    {
        using (var screen = Screen(isTerminal: true, width: 40))
            screen.Report(new RunProgress("tuning on a task with a long name", 1, 2, "an optimizer with a long name", 0.1));
        Assert.All(_error.ToString().Split("\r\e[2K"), line => Assert.True(line.Length < 40));
    }

    public void Dispose() => _error.Dispose();

    private ProgressScreen Screen(bool isTerminal, int width = 140) => new(
        new Terminal(TextWriter.Null, _error) { ErrorIsTerminal = isTerminal, Width = width, Clock = _clock });
}
