using MetaMirror.MetaLearners;

namespace MetaMirror.Storage;

/// <summary>What statistics are of, as JSON: <c>[{"task":"rotation-0","optimizer":"adam","steps":400},...]</c>, in the order of arrival.</summary>
internal static class SourcesJson
{
    /// <summary>The sources as text.</summary>
    public static string Write(IEnumerable<StatisticsSource> sources) => LayoutJson.Text(json =>
    {
        json.WriteStartArray();
        foreach (StatisticsSource source in sources)
        {
            json.WriteStartObject();
            json.WriteString("task", source.Task);
            json.WriteString("optimizer", source.Optimizer);
            json.WriteNumber("steps", source.Steps);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The sources of a text.</summary>
    /// <exception cref="StorageException">No list of sources.</exception>
    public static IReadOnlyList<StatisticsSource> Read(string text)
    {
        var sources = new List<StatisticsSource>();
        foreach (JsonFields fields in JsonFields.ParseList(text, "sources"))
        {
            sources.Add(new StatisticsSource(fields.Text("task"), fields.Text("optimizer"), fields.Integer("steps")));
            fields.Done();
        }

        return sources;
    }
}
