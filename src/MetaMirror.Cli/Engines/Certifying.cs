using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Engines;

/// <summary>Say what can be proved about a learned optimizer.</summary>
/// <param name="File">Its file.</param>
/// <param name="Plan">The plan; null: the one in the file's recipe.</param>
/// <param name="FreshTasks">Fresh tasks of L4; 0: none.</param>
/// <param name="Seed">Master seed; null: the one in the file's recipe.</param>
internal sealed record CertifyRequest(string File, Plan? Plan, int FreshTasks, ulong? Seed = null);

/// <summary>Certifies.</summary>
/// <exception cref="OperationCanceledException">Canceled.</exception>
internal delegate CertificationResult CertifyEngine(CertifyRequest request, EngineContext context);
