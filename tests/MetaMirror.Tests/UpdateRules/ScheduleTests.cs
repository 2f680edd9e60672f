using System.Text.Json;
using MetaMirror.Tests.Storage;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Case A27: the schedules' closed forms, and the linear decay 1 - (1 - final) t / T of this project.</summary>
public sealed class ScheduleTests
{
    /// <summary>Values of order 1 from a power and two products; small ones relative, as pow's error grows with the exponent.</summary>
    private const double Tolerance = 1e-13;

    private static readonly JsonElement Fixture = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("tests", "fixtures", "schedules.json"))).RootElement;
    private static readonly int[] Steps = [.. Fixture.GetProperty("steps").EnumerateArray().Select(s => s.GetInt32())];

    [Fact]
    public void Exponential_Decay_Has_The_Published_Values()
    {
        foreach (JsonElement c in Fixture.GetProperty("exponential").GetProperty("cases").EnumerateArray())
        {
            double init = Number(c, "init");
            double? end = c.GetProperty("end").ValueKind == JsonValueKind.Null ? null : Number(c, "end") / init;
            Compare(c, init, new ExponentialSchedule<double>(Number(c, "rate"), Whole(c, "transition_steps"), Whole(c, "begin"), c.GetProperty("staircase").GetBoolean(), end));
        }
    }

    [Fact]
    public void Polynomial_And_Linear_Decay_Have_The_Published_Values()
    {
        foreach (JsonElement c in Fixture.GetProperty("polynomial").GetProperty("cases").EnumerateArray())
        {
            double init = Number(c, "init"), final = Number(c, "end") / init;
            Compare(c, init, new PolynomialSchedule<double>(final, Number(c, "power"), Whole(c, "begin"), Whole(c, "transition_steps")));
            if (Whole(c, "power") == 1)
                Compare(c, init, new LinearSchedule<double>(final, Whole(c, "begin"), Whole(c, "transition_steps")));
        }
    }

    [Theory, InlineData(1, 1.0), InlineData(300, .05), InlineData(400, 0.0)]
    public void Linear_Decay_Is_One_At_The_Start_And_Nears_The_Final_Fraction(int steps, double final)
    {
        for (int t = 0; t < steps; t++)
            Assert.Equal(1 - ((1 - final) * t / steps), new LinearSchedule<double>(final).Factor(t, steps, [final], []), Tolerance);
        Assert.Equal(final, new LinearSchedule<double>(final).Factor(steps, steps, [final], []), Tolerance);
        Assert.Equal(final, new LinearSchedule<double>(final).Factor(2 * steps, steps, [final], []), Tolerance);
    }

    [Fact]
    public void Cosine_Falls_From_One_To_The_Final_Fraction_And_Stays()
    {
        var cosine = new CosineSchedule<double>(.1);
        Assert.Equal(1, cosine.Factor(0, 100, [.1], []), Tolerance);
        Assert.Equal(.55, cosine.Factor(50, 100, [.1], []), Tolerance);
        Assert.Equal(.1, cosine.Factor(100, 100, [.1], []), Tolerance);
        Assert.Equal(.1, cosine.Factor(250, 100, [.1], []), Tolerance);
    }

    [Fact]
    public void Inverse_Time_Falls_As_One_Over_Time()
    {
        var schedule = new InverseTimeSchedule<double>(4);
        Assert.Equal(1, schedule.Factor(0, 100, [4], []), Tolerance);
        Assert.Equal(.5, schedule.Factor(25, 100, [4], []), Tolerance);
        Assert.Equal(.2, schedule.Factor(100, 100, [4], []), Tolerance);
    }

    [Fact]
    public void Warmup_Grows_To_One_In_The_Given_Steps()
    {
        var warmup = new Warmup<double>(4);
        Assert.Equal([.25, .5, .75, 1, 1, 1], Enumerable.Range(0, 6).Select(t => warmup.Factor(t, 6, [], [])));
    }

    [Fact]
    public void Values_Out_Of_Range_Are_Refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule<double>(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule<double>(.5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule<double>(.5, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialSchedule<double>(.5, 1, endFraction: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearSchedule<double>(-.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearSchedule<double>(.1, transitionSteps: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolynomialSchedule<double>(.1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule<double>(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InverseTimeSchedule<double>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule<double>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Warmup<double>(0));
    }

    private static void Compare(JsonElement c, double init, Schedule<double> schedule)
    {
        double[] meta = [.. new MetaParameters<double>([], schedule.MetaSpecs(ParameterLayout.Vector(1)), []).Natural];
        double[] expected = [.. c.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
        for (int i = 0; i < Steps.Length; i++)
        {
            double found = init * schedule.Factor(Steps[i], 200, meta, []);
            Assert.True(Math.Abs(found - expected[i]) <= Tolerance * Math.Max(Math.Abs(expected[i]), init * Tolerance), $"{c} at {Steps[i]}: {found}, expected {expected[i]}");
        }
    }

    private static double Number(JsonElement c, string name) => c.GetProperty(name).GetDouble();

    private static int Whole(JsonElement c, string name) => c.GetProperty(name).GetInt32();
}
