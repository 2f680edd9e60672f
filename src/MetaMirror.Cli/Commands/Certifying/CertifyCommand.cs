using MetaMirror.Cli.Engines;
using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Cli.Screens;
using MetaMirror.Experiments.Certifications;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Cli.Commands.Certifying;

/// <summary><c>certify</c>: what can be proved about a learned optimizer.</summary>
internal sealed class CertifyCommand : ICommandSpec
{
    /// <summary>With 19 fresh tasks the next one is within the largest seen with probability 95 %.</summary>
    private const int UsualTasks = 19;
    private const int MostTasks = 1_000_000;

    private readonly CertifyEngine _engine;
    private readonly ValueArgument _file = new("FILE", "the .safetensors file of a learned optimizer", "File of a learned optimizer, as 'learn' writes it.");
    private readonly ValueOption<string?> _plan = new(
        "--plan", "PLAN", ValueKinds.Text("the name of a plan (see 'metamirror plan'), or the path of a .json file"),
        "Plan whose tasks are certified. Default: the one in the file's recipe.");
    private readonly ValueOption<int?> _tasks = new(
        "--tasks", "N", ValueKinds.WholeOrNone(0, MostTasks),
        "Fresh tasks of level L4: the next one is within the largest figure seen with probability 1 - 1/(N+1). 0 leaves L4 out. Default: 19, for 95 %.");

    private readonly ValueOption<ulong?> _seed = new(
        "--seed", "N", ValueKinds.SeedOrNone(),
        "Master seed of all random streams. Default: the one that the file was learned with, so that its tasks are the same; 1 where the file does not say.");

    public CertifyCommand(CertifyEngine engine)
    {
        _engine = engine;
        Command = new(
            "certify",
            "Trains held-out tasks with a learned optimizer and says what is proved about it: levels L0 to L4, each with its premises, bound, measured value and verdict.",
            new("certify pairs.safetensors", "On the plan that it was learned with."),
            new("certify digits.safetensors --tasks 99", "A network: L4 from 99 fresh runs, 99 %."),
            new("certify pairs.safetensors --plan my-plan.json --json", "On another plan, as JSON."),
            new("certify pairs.safetensors --out proofs", "Also as a page, proofs/report.html, with every premise: how it was checked, by how much it holds."))
        {
            _file,
            _plan,
            _tasks,
            _seed,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        string file = session.Get(_file)!;
        if (!File.Exists(file))
            throw new UsageException(_file.Name, $"expected the file of a learned optimizer, found none at {Found.Text(file)}");
        Plan? plan = session.Get(_plan) is { } name ? UsageException.Blame(_plan.Name, () => PlanFile.Read(name)) : null;
        CertificationResult result;
        using (var progress = new ProgressScreen(session.Terminal))
        {
            progress.Begin($"certifying {Path.GetFileName(file)}");
            result = _engine(new CertifyRequest(file, plan, session.Get(_tasks) ?? UsualTasks, session.Get(_seed)), session.EngineContext(progress));
        }

        CertificateScreen.Write(session, result);
        var document = CertifyDocument.Of(result);
        if (session.Json)
            session.WriteDocument(document, DocumentJson.Plain.CertifyDocument);
        ExtraDocument.Write(session, $"certify-{result.Plan}.json", document, DocumentJson.Plain.CertifyDocument);
        if (session.Out is not null)
        {
            string page = ReportFiles.Write(OutputPlace.Folder(session, "certify", result.Plan), CertificationReport.Of(result) with
            {
                Provenance = Provenance.Of(session),
                References = Bibliography.Of([Bibliography.Self, Bibliography.MetaMd]),
            });
            session.Terminal.Error.WriteLine($"Wrote {page}");
        }

        return result.Certificates.Any(c => c.IsExceeded) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
