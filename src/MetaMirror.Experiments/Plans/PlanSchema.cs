using System.Text.Json;

namespace MetaMirror.Experiments.Plans;

/// <summary>The schema of plans that comes with this program (JSON Schema, draft 2020-12), which is also what plans are checked with.</summary>
public static class PlanSchema
{
    /// <summary>Name of the embedded resource.</summary>
    public const string Resource = "plans/plan.schema.json";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonDocument Schema = JsonDocument.Parse(Text);

    /// <summary>The schema as text.</summary>
    public static string Text => EmbeddedText.Read(Resource);

    /// <summary>All mistakes of form and of names in a document.</summary>
    /// <param name="json">The document.</param>
    /// <returns>The mistakes in the order of the document; none if it has the right form.</returns>
    public static IReadOnlyList<PlanError> Check(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Strict);
        }
        catch (JsonException e)
        {
            return [new PlanError("$", "a JSON document", Malformed(e))];
        }

        using (document)
        {
            try
            {
                return new SchemaWalk(Schema.RootElement).Check(document.RootElement);
            }
            catch (InvalidOperationException)
            {
                // The parser accepts escapes such as \ud800 and throws only when such a text is read.
                return [new PlanError("$", "texts of valid Unicode", "half a surrogate pair")];
            }
        }
    }

    // The framework's messages name the line and byte from 0; people count from 1.
    private static string Malformed(JsonException e)
    {
        var message = e.Message;
        var tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = tail < 0 ? message : message[..tail];
        return e.LineNumber is { } line ? $"a mistake in line {line + 1}, byte {(e.BytePositionInLine ?? 0) + 1}: {reason}" : reason;
    }
}
