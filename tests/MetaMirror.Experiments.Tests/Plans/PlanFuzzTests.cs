using System.Text;
using MetaMirror.Experiments.Plans;
using MetaMirror.Numerics;

namespace MetaMirror.Experiments.Tests.Plans;

/// <summary>Damaged plans are refused by one kind of exception, or are plans.</summary>
public sealed class PlanFuzzTests
{
    private const int Documents = 3000;

    private static readonly string[] Pieces =
    [
        "null", "true", "{}", "[]", "-1", "0", "1e999", "-0.0", "1e-999", "4.0", "99999999999999999999", "\"\"", "\"\\ud800\"", "\"x\"", ",", ":", "\"", "}", "{", "\\", "\u00e4",
        "\"kind\"", "\"optimizer\"", "[[[[[[", "\"learn\": {},", "\"family\": 1,",
    ];

    [Fact]
    public void A_damaged_plan_throws_PlanException_or_is_a_plan()
    {
        var stream = new RandomStream(new StreamKey(5, 0, 0, StreamPurpose.Test, 0));
        string[] sources = [.. PlanFile.Embedded.Select(PlanFile.EmbeddedJson)];
        int refused = 0;
        for (int i = 0; i < Documents; i++)
        {
            string text = Damaged(sources[stream.NextBounded((uint)sources.Length)], ref stream);
            try
            {
                PlanJson.ToText(PlanJson.Read(text, "fuzz"));
            }
            catch (PlanException e)
            {
                refused++;
                Assert.NotEmpty(e.Errors);
            }
            catch (Exception e) when (e is not PlanException)
            {
                Assert.Fail($"document {i}: {e.GetType().Name}: {e.Message}\n{text}");
            }
        }

        Assert.InRange(refused, Documents / 2, Documents - 1);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        var exception = Assert.Throws<PlanException>(() => PlanJson.Read("{ \"name\": \"\\ud800\" }", "fuzz"));

        Assert.Equal("$: expected texts of valid Unicode, found half a surrogate pair", Assert.Single(exception.Errors).ToString());
    }

    private static string Damaged(string text, ref RandomStream stream)
    {
        var damaged = new StringBuilder(text);
        for (uint k = 1 + stream.NextBounded(2); k > 0; k--)
        {
            int at = (int)stream.NextBounded((uint)damaged.Length);
            switch (stream.NextBounded(4))
            {
                case 0:
                    damaged.Remove(at, Math.Min(damaged.Length - at, 1 + (int)stream.NextBounded(12)));
                    break;
                case 1:
                    damaged.Insert(at, Pieces[stream.NextBounded((uint)Pieces.Length)]);
                    break;
                default:
                    Replace(damaged, at, Pieces[stream.NextBounded((uint)Pieces.Length)]);
                    break;
            }
        }

        return damaged.ToString();
    }

    // The value after a colon gives way to another one: still JSON, mostly, but no longer a plan.
    private static void Replace(StringBuilder text, int from, string piece)
    {
        string whole = text.ToString();
        int colon = whole.IndexOf(':', from);
        int end = colon < 0 ? -1 : whole.IndexOfAny([',', '}', '\n'], colon);
        if (end < 0)
            return;
        text.Remove(colon + 1, end - colon - 1).Insert(colon + 1, piece);
    }
}
