using System.Globalization;
using System.Text;
using MetaMirror.Experiments.Reports;

namespace MetaMirror.Experiments.Citations;

/// <summary>A published work.</summary>
/// <param name="Key">BibTeX key.</param>
/// <param name="Kind">BibTeX type, such as <c>inproceedings</c>.</param>
/// <param name="Authors">Authors, <c>Last, First and Last, First</c>.</param>
/// <param name="Title">Title.</param>
/// <param name="Year">Year.</param>
/// <param name="Venue">Conference, journal or publisher; with volume and pages where there are any.</param>
/// <param name="Address">An arXiv number (<c>arXiv:2203.02711</c>), an OpenReview number or a web address; may be empty.</param>
internal sealed record Work(string Key, string Kind, string Authors, string Title, int Year, string Venue, string Address = "")
{
    private const string Archive = "arXiv:";

    /// <summary>The work for people and for BibTeX.</summary>
    public Reference ToReference() => new(Key, InWords(), InBibTeX());

    private string InWords()
    {
        string address = Address.Length > 0 ? $", {Address}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Names()}: {Title}. {Venue} ({Year}){address}.");
    }

    // "Last, First and Last, First" as "First Last, First Last".
    private string Names() => string.Join(", ", Authors.Split(" and ").Select(a => a.Split(", ", 2) is [var last, var first] ? $"{first} {last}" : a.Trim('{', '}')));

    private string InBibTeX()
    {
        var text = new StringBuilder();
        text.Append('@').Append(Kind).Append('{').Append(Key).Append(",\n");
        Field(text, "author", Authors);
        Field(text, "title", "{" + Title + "}");
        Field(text, VenueField(), Venue);
        Field(text, "year", Year.ToString(CultureInfo.InvariantCulture));
        if (Address.StartsWith(Archive, StringComparison.Ordinal))
        {
            Field(text, "eprint", Address[Archive.Length..]);
            Field(text, "archivePrefix", "arXiv");
        }
        else if (Address.Length > 0)
        {
            Field(text, "url", Address);
        }

        return text.Append('}').ToString();
    }

    private string VenueField() => Kind switch
    {
        "article" => "journal",
        "inproceedings" => "booktitle",
        _ => "howpublished",
    };

    private static void Field(StringBuilder text, string name, string value) => text.Append("  ").Append(name.PadRight(13)).Append(" = {").Append(Latex(value)).Append("},\n");

    // Old BibTeX reads ASCII only.
    private static string Latex(string text) => text.Replace("ö", "{\\\"o}", StringComparison.Ordinal).Replace("á", "{\\'a}", StringComparison.Ordinal).Replace("ž", "{\\v{z}}", StringComparison.Ordinal).Replace(" & ", " \\& ", StringComparison.Ordinal);
}
