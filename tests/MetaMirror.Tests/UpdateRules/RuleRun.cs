using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Values, tangents or cotangents of a rule's iterate as arrays.</summary>
internal sealed record Arrays<T>(T[] Theta, T[] Gradient, T[] Scale, T[] State)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Iterate<T> Iterate => new(Theta, Gradient, Scale, State);

    public T[] Flat => [.. Theta, .. Gradient, .. Scale, .. State];

    public Arrays<T> Copy() => new([.. Theta], [.. Gradient], [.. Scale], [.. State]);

    public Arrays<TOther> To<TOther>()
        where TOther : unmanaged, IFloatingPointIeee754<TOther> => new(To<TOther>(Theta), To<TOther>(Gradient), To<TOther>(Scale), To<TOther>(State));

    public static TOther[] To<TOther>(T[] x)
        where TOther : unmanaged, IFloatingPointIeee754<TOther> => [.. x.Select(TOther.CreateTruncating)];
}

/// <summary>A rule at some age: its values are what that many steps on random gradients left, and a fresh gradient.</summary>
internal sealed class RuleRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int Steps = 10;
    private readonly T[] _scratch;
    private readonly ContractProbe<T> _probe = new();

    public RuleRun(UpdateRule<T> rule, ParameterLayout layout)
    {
        Rule = rule;
        Layout = layout;
        Meta = [.. new MetaParameters<T>([], rule.MetaSpecs(layout), []).Natural];
        int n = layout.Length;
        Values = new Arrays<T>(new T[n], new T[n], [T.One], new T[rule.StateLength(layout)]);
        _scratch = new T[rule.ScratchLength(layout)];
    }

    public UpdateRule<T> Rule { get; }

    public ParameterLayout Layout { get; }

    public T[] Meta { get; set; }

    public Arrays<T> Values { get; set; }

    public int Age { get; private set; }

    /// <summary>Steps of the run before, whose state this one carries.</summary>
    private int Carried { get; init; }

    public StepContext<T> Context => new() { Step = Age < Carried ? Age : Age - Carried, Steps = Steps, Age = Age, Layout = Layout, Meta = Meta, Scratch = _scratch, Probe = _probe };

    /// <summary>A run that has taken <paramref name="age"/> steps and has its next gradient; draws are rounded to float, so that both element types see the same. Steps before <paramref name="step"/> are those of a run whose state is carried.</summary>
    public static RuleRun<T> At(int age, UpdateRule<T> rule, ParameterLayout layout, ref RandomStream stream, int? step = null)
    {
        var run = new RuleRun<T>(rule, layout) { Carried = age - (step ?? age) };
        Draw(ref stream, run.Values.Theta);
        for (int i = 0; i < age; i++)
        {
            Draw(ref stream, run.Values.Gradient);
            run.Step();
        }

        Draw(ref stream, run.Values.Gradient);
        run.Values.Scale[0] = T.CreateTruncating(0.75);
        return run;
    }

    /// <summary>Random tangents or cotangents. At age 0 the state is no variable: it is all zeros.</summary>
    public Arrays<T> Direction(ref RandomStream stream)
    {
        Arrays<T> d = new(new T[Layout.Length], new T[Layout.Length], new T[1], new T[Values.State.Length]);
        Draw(ref stream, d.Theta);
        Draw(ref stream, d.Gradient);
        Draw(ref stream, d.Scale);
        Draw(ref stream, d.State);
        return d;
    }

    public T[] MetaDirection(ref RandomStream stream)
    {
        var d = new T[Meta.Length];
        Draw(ref stream, d);
        return d;
    }

    public void Step()
    {
        Values.Scale[0] = T.One;
        Rule.Step(Context, Values.Iterate);
        Age++;
    }

    public IReadOnlyDictionary<string, Complex[]> MetaByName(Complex[] flat)
    {
        var byName = new Dictionary<string, Complex[]>(StringComparer.Ordinal);
        int start = 0;
        foreach (MetaParameterSpec<T> spec in Rule.MetaSpecs(Layout))
        {
            byName.Add(spec.Name, flat[start..(start + spec.Length)]);
            start += spec.Length;
        }

        return byName;
    }

    private static void Draw(ref RandomStream stream, T[] values)
    {
        var singles = new float[values.Length];
        stream.FillNormal<float>(singles);
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateTruncating(singles[i]);
    }
}
