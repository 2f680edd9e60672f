namespace MetaMirror.Cli.Tests.Running;

/// <summary>A clock that moves by a tenth of a second whenever it is looked at, and when told to.</summary>
internal sealed class ManualClock : TimeProvider
{
    private const long TicksALook = TimeSpan.TicksPerSecond / 10;
    private long _now = TimeSpan.TicksPerDay;

    public long Looks { get; init; } = TicksALook;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref _now, Looks);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
}
