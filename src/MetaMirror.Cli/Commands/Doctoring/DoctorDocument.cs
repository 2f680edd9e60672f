namespace MetaMirror.Cli.Commands.Doctoring;

/// <summary>The operating system, the processor, .NET.</summary>
internal sealed record MachineEntry(
    string Runtime, string OperatingSystem, string Architecture, string Processor, int Cores, double MemoryGibibytes, string Culture);

/// <summary>Which widths of vectors the processor has and .NET uses.</summary>
internal sealed record VectorEntry(bool Vector512, bool Vector256, bool Vector128);

/// <summary>Speed of the matrix product on one thread, in billions of operations a second.</summary>
internal sealed record GemmEntry(double Float, double Double);

/// <summary>One check.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Status"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Note">What was found, and what to do.</param>
internal sealed record CheckEntry(string Name, string Status, string Note);

/// <summary>The document of <c>doctor</c>.</summary>
internal sealed record DoctorDocument(
    bool Ok, string Version, MachineEntry Machine, VectorEntry Vectors, int Threads, GemmEntry GemmGigaflops, IReadOnlyList<CheckEntry> Checks);
