using System.Text.RegularExpressions;
using MetaMirror.Experiments.Plans;

namespace MetaMirror.Experiments.Tests.Conventions;

/// <summary>Plans printed in the documentation are valid plans.</summary>
public sealed partial class DocumentedPlanTests
{
    [Fact]
    public void EveryPlanInThePagesIsValid()
    {
        string[] plans = [.. Directory.GetFiles(Path.Combine(Repository.File(), "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(page => Block().Matches(File.ReadAllText(page).ReplaceLineEndings("\n"))).Select(m => m.Groups["json"].Value)
            .Where(json => json.Contains("\"family\"", StringComparison.Ordinal))];

        Assert.True(plans.Length >= 2, $"Expected at least two plans in the pages, found {plans.Length}.");
        foreach (string json in plans)
        {
            Plan plan = PlanJson.Read(json, "a plan in the documentation");
            Assert.NotNull(plan.Learn);
        }
    }

    [GeneratedRegex(@"^```json\n(?<json>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Block();
}
