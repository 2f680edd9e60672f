namespace MetaMirror.Experiments.Tests.Benchmarks;

/// <summary>A clock that moves when told to, and by a fixed time whenever it is looked at.</summary>
internal sealed class ScriptedClock : TimeProvider
{
    private long _now = TimeSpan.TicksPerDay;

    public long TicksALook { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref _now, TicksALook);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
}
