using MetaMirror.Experiments.Plans;
using MetaMirror.Experiments.Tuning.Protocols;

namespace MetaMirror.Cli.Engines;

/// <summary>Tune optimizers on a task of a plan.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Protocol">What is tuned and how.</param>
/// <param name="Folder">Where logs and report go.</param>
internal sealed record TuneRequest(Plan Plan, TuningProtocol Protocol, string Folder);

/// <summary>Tunes.</summary>
internal delegate TuningOutcome TuneEngine(TuneRequest request, EngineContext context);
