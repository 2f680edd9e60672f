using MetaMirror.Cli.Errors;
using MetaMirror.Cli.Grammar;
using MetaMirror.Cli.Output;
using MetaMirror.Experiments.Citations;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Cli.Commands.Citing;

/// <summary>The document of <c>cite</c>.</summary>
internal sealed record CitationDocument(IReadOnlyList<Reference> References);

/// <summary><c>cite</c>: what to cite, as BibTeX.</summary>
internal sealed class CiteCommand : ICommandSpec
{
    private readonly ValuesArgument _names = new(
        "NAME", "names of optimizers, data sets or keys",
        "Optimizers, data sets or keys of references. Default: MetaMirror and the papers that it implements. 'all': everything known.");

    public CiteCommand()
    {
        Command = new(
            "cite",
            "Prints what to cite, as BibTeX: the papers behind the optimizers and data sets that were used.",
            new("cite > references.bib", "MetaMirror and the papers it implements."),
            new("cite metamirror-basis adam rotated-fashion", "What a comparison of these two on this plan rests on."))
        {
            _names,
        };
    }

    /// <inheritdoc/>
    public ToolCommand Command { get; }

    /// <inheritdoc/>
    public int Run(Session session)
    {
        IReadOnlyList<Reference> references = UsageException.Blame(_names.Name, () => Bibliography.Of(session.Get(_names)!));
        string bibtex = string.Join("\n\n", references.Select(r => r.BibTeX));
        if (session.Json)
            session.WriteDocument(new CitationDocument(references), DocumentJson.Plain.CitationDocument);
        else
            session.WriteDocument(bibtex);
        ExtraDocument.Write(session, "references.bib", bibtex);
        return ExitCodes.Done;
    }
}
