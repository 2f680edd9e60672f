using System.Reflection;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands;

/// <summary>What is needed to run a call again.</summary>
internal static class Provenance
{
    /// <summary>Version of this program.</summary>
    public static string Version { get; } =
        typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Version and command line.</summary>
    public static IReadOnlyList<NamedText> Of(Session session) => [new("Version", Version), new("Command", session.Line)];
}
