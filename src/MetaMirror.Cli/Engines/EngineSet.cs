using MetaMirror.Cli.Commands;

namespace MetaMirror.Cli.Engines;

internal sealed record EngineSet
{
    public static EngineSet Shipped { get; } = new();
    public IEnumerable<ICommandSpec> Commands() => [];
}
