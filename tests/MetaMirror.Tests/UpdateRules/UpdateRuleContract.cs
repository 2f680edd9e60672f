using System.Numerics;
using MetaMirror.Numerics;
using MetaMirror.Tests.Cases;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What every update rule must do, on every layout, at all ages, and where runs carry the state of one before.</summary>
public sealed class UpdateRuleContract
{
    /// <summary>Imaginary step: its square vanishes beside any value, so the derivative has no truncation error.</summary>
    private const double H = 1e-60;

    /// <summary>The formulas have fewer than 100 roundings of 1.1e-16, amplified by a centered variance at most some hundred times.</summary>
    private const double StepTolerance = 1e-12;

    private const double ComplexStepTolerance = 1e-10;
    private const double DualityTolerance = 1e-12;

    /// <summary>At most 64 roundings of 6e-8 in a step.</summary>
    private const double SingleTolerance = 64 * SingleRounding;

    private const double SingleRounding = 6e-8;

    /// <summary>Theta itself is rounded where it is decayed or averaged, twice, and where the step is added.</summary>
    private const double ThetaRounding = 3 * SingleRounding;

    /// <summary>Derivatives are sums whose terms may cancel: up to 16 of the 64 roundings are of the size of what came in.</summary>
    private const double DerivativeRounding = 16 * SingleRounding;

    public static TheoryData<string> Names => [.. RuleCases.All.Select(c => c.Name)];

    public static TheoryData<string> DifferentiableNames => [.. RuleCases.All.Where(c => c.Double().IsDifferentiable).Select(c => c.Name)];

    public static TheoryData<string> OtherNames => [.. RuleCases.All.Where(c => !c.Double().IsDifferentiable).Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Step_And_Jvp_Equal_The_Scalar_Reference(string name)
    {
        RuleCase c = RuleCases.Named(name);
        RandomStream stream = Stream(1);
        foreach ((ParameterLayout layout, int age, int step) in Positions)
        {
            RuleRun<double> run = RuleRun<double>.At(age, c.Double(), layout, ref stream, step);
            Arrays<double> d = run.Direction(ref stream), x = run.Values.Copy();
            double[] dMeta = run.MetaDirection(ref stream);
            if (age == 0)
                Array.Clear(d.State);
            bool isDifferentiable = run.Rule.IsDifferentiable;
            var reference = new ReferenceIterate
            {
                Step = step, Steps = RuleRun<double>.Steps, Age = age, Theta = Along(x.Theta, d.Theta), Gradient = Along(x.Gradient, d.Gradient),
                State = Along(x.State, d.State), Scale = Along(x.Scale, d.Scale)[0], Meta = run.MetaByName(Along(run.Meta, dMeta)),
            };
            c.Reference(reference);

            if (isDifferentiable)
                run.Rule.Jvp(run.Context, x.Iterate, dMeta, d.Iterate);
            run.Rule.Step(run.Context, x.Iterate);

            foreach ((Complex[] expected, double[] value, double[] tangent) in new[]
                     { (reference.Theta, x.Theta, d.Theta), (reference.Gradient, x.Gradient, d.Gradient), ([reference.Scale], x.Scale, d.Scale), (reference.State, x.State, d.State) })
            {
                Near([.. expected.Select(z => z.Real)], value, StepTolerance);
                if (isDifferentiable)
                    Near([.. expected.Select(z => z.Imaginary / H)], tangent, ComplexStepTolerance);
            }
        }
    }

    [Theory, MemberData(nameof(DifferentiableNames))]
    public void Cotangent_Map_Is_The_Transpose_Of_The_Tangent_Map(string name)
    {
        RandomStream stream = Stream(2);
        foreach ((ParameterLayout layout, int age, int step) in Positions)
        {
            RuleRun<double> run = RuleRun<double>.At(age, RuleCases.Named(name).Double(), layout, ref stream, step);
            Arrays<double> t = run.Direction(ref stream), jt = t.Copy(), a = run.Direction(ref stream), ja = a.Copy();
            double[] tMeta = run.MetaDirection(ref stream), aMeta = run.MetaDirection(ref stream), jaMeta = [.. aMeta];
            run.Rule.Jvp(run.Context, run.Values.Iterate, tMeta, jt.Iterate);
            run.Rule.Vjp(run.Context, run.Values.Iterate, ja.Iterate, jaMeta);

            double[] pulled = [.. ja.Flat, .. jaMeta.Zip(aMeta, (after, before) => after - before)], along = [.. t.Flat, .. tMeta];
            double forward = Vectors.Dot<double>(a.Flat, jt.Flat), backward = Vectors.Dot<double>(pulled, along);
            double size = (Norm(a.Flat) * Norm(jt.Flat)) + (Norm(pulled) * Norm(along));
            Assert.True(Math.Abs(forward - backward) <= DualityTolerance * size, $"age {age}, step {step}, {layout}: <a, J t> = {forward}, <J^T a, t> = {backward}, size {size}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Derivatives_Leave_The_Values_Alone_And_Steps_Repeat_Bit_For_Bit(string name)
    {
        RandomStream stream = Stream(3);
        foreach ((ParameterLayout layout, int age, int step) in Positions)
        {
            RuleRun<double> run = RuleRun<double>.At(age, RuleCases.Named(name).Double(), layout, ref stream, step);
            Arrays<double> before = run.Values.Copy(), first = run.Values.Copy(), second = run.Values.Copy();
            if (run.Rule.IsDifferentiable)
            {
                run.Rule.Jvp(run.Context, run.Values.Iterate, run.MetaDirection(ref stream), run.Direction(ref stream).Iterate);
                run.Rule.Vjp(run.Context, run.Values.Iterate, run.Direction(ref stream).Iterate, run.MetaDirection(ref stream));
            }

            Assert.Equal(before.Flat, run.Values.Flat);
            run.Rule.Step(run.Context, first.Iterate);
            RuleCases.Named(name).Double().Step(run.Context, second.Iterate);
            Assert.Equal(first.Flat, second.Flat);
            if (!run.Rule.ChangesGradient)
                Assert.Equal(before.Gradient, first.Gradient);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Promises_About_What_Is_Read_Are_Kept(string name)
    {
        RandomStream stream = Stream(5);
        foreach ((ParameterLayout layout, int age, int step) in Positions)
        {
            RuleRun<double> run = RuleRun<double>.At(age, RuleCases.Named(name).Double(), layout, ref stream, step);
            if (!run.Rule.PullsBackByGradientAlone)
            {
                Assert.True(run.Rule.StateLength(layout) > 0 || !run.Rule.Name.StartsWith("mirror", StringComparison.Ordinal));
                continue;
            }

            Arrays<double> a = run.Direction(ref stream), again = a.Copy(), blind = run.Values.Copy();
            double[] aMeta = run.MetaDirection(ref stream), againMeta = [.. aMeta];
            Array.Fill(blind.Theta, double.NaN);
            Array.Fill(blind.State, double.NaN);
            run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
            run.Rule.Vjp(run.Context, blind.Iterate, again.Iterate, againMeta);
            Assert.Equal(a.Flat, again.Flat);
            Assert.Equal(aMeta, againMeta);
        }
    }

    /// <summary>How far theta went, the gradient, the scale and the state, each beside its own norm; so too tangents and cotangents.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Float_Agrees_With_Double_To_Rounding(string name)
    {
        foreach ((ParameterLayout layout, int age, int step) in Positions)
        {
            RandomStream stream = Stream(4), again = Stream(4);
            RuleRun<double> wide = RuleRun<double>.At(age, RuleCases.Named(name).Double(), layout, ref stream, step);
            RuleRun<float> single = RuleRun<float>.At(age, RuleCases.Named(name).Single(), layout, ref again, step);
            wide.Values = single.Values.To<double>();
            wide.Meta = Arrays<float>.To<double>(single.Meta);
            Arrays<float> t = single.Direction(ref again), a = single.Direction(ref again);
            float[] tMeta = single.MetaDirection(ref again), aMeta = new float[tMeta.Length];
            Arrays<double> wideT = t.To<double>(), wideA = a.To<double>(), old = wide.Values.Copy(), oldT = wideT.Copy(), oldA = wideA.Copy();
            double[] wideTMeta = Arrays<float>.To<double>(tMeta), wideAMeta = new double[tMeta.Length];

            if (single.Rule.IsDifferentiable)
            {
                single.Rule.Jvp(single.Context, single.Values.Iterate, tMeta, t.Iterate);
                wide.Rule.Jvp(wide.Context, wide.Values.Iterate, wideTMeta, wideT.Iterate);
                single.Rule.Vjp(single.Context, single.Values.Iterate, a.Iterate, aMeta);
                wide.Rule.Vjp(wide.Context, wide.Values.Iterate, wideA.Iterate, wideAMeta);
                double room = DerivativeRounding * Norm([.. oldT.Flat, .. wideTMeta]), aRoom = DerivativeRounding * Norm(oldA.Flat);
                NearInParts(oldT, wideT, t, room, room);
                NearInParts(oldA, wideA, a, aRoom, aRoom);
                Near(wideAMeta, Arrays<float>.To<double>(aMeta), SingleTolerance, aRoom);
            }

            single.Step();
            wide.Step();
            NearInParts(old, wide.Values, single.Values, ThetaRounding * Norm(wide.Values.Theta), 0);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Nothing_Is_Allocated(string name)
    {
        NothingIsAllocated(RuleCases.Named(name).Double());
        NothingIsAllocated(RuleCases.Named(name).Single());
    }

    [Theory, MemberData(nameof(Names))]
    public void Declarations_Fit_The_Meta_Parameter_Collection_And_State_Starts_Empty(string name)
    {
        UpdateRule<double> rule = RuleCases.Named(name).Double();
        ParameterLayout layout = RuleCases.Layouts[^1];
        var meta = new MetaParameters<double>([], rule.MetaSpecs(layout), []);
        Assert.Equal(rule.MetaSpecs(layout).Sum(s => s.Length), meta.Length);
        Assert.True(meta.Natural.IndexOfAnyExceptInRange(double.MinValue, double.MaxValue) < 0);
        Assert.NotEmpty(rule.Name);
        Assert.InRange(rule.StateLength(layout), 0, ((RuleCases.Named(name).LongState ? 8 : 3) * layout.Length * 2) + 1);
    }

    /// <summary>What learns while it runs has no derivative, and says so by name.</summary>
    [Theory, MemberData(nameof(OtherNames))]
    public void Rules_Without_Derivatives_Refuse_By_Name(string name)
    {
        RandomStream stream = Stream(6);
        RuleRun<double> run = RuleRun<double>.At(2, RuleCases.Named(name).Double(), RuleCases.Layouts[^1], ref stream);
        Arrays<double> t = run.Direction(ref stream);
        double[] meta = run.MetaDirection(ref stream);
        Assert.Contains(run.Rule.Name, Assert.Throws<NotSupportedException>(() => run.Rule.Jvp(run.Context, run.Values.Iterate, meta, t.Iterate)).Message, StringComparison.Ordinal);
        Assert.Contains(run.Rule.Name, Assert.Throws<NotSupportedException>(() => run.Rule.Vjp(run.Context, run.Values.Iterate, t.Iterate, meta)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(ParameterLayout Layout, int Age, int Step)> Positions =>
        (from layout in RuleCases.Layouts from age in RuleCases.Ages select (layout, age, age))
            .Concat(from layout in RuleCases.Layouts from position in RuleCases.Carried select (layout, position.Age, position.Step));

    private static void NothingIsAllocated<T>(UpdateRule<T> rule)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RandomStream stream = Stream(5);
        RuleRun<T> run = RuleRun<T>.At(1, rule, RuleCases.Layouts[^1], ref stream);
        Arrays<T> t = run.Direction(ref stream), a = run.Direction(ref stream);
        T[] tMeta = run.MetaDirection(ref stream), aMeta = run.MetaDirection(ref stream);
        Allocation.AssertNone(() => Work(run, t, a, tMeta, aMeta), 50);
    }

    private static void Work<T>(RuleRun<T> run, Arrays<T> t, Arrays<T> a, T[] tMeta, T[] aMeta)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (run.Rule.IsDifferentiable)
        {
            run.Rule.Jvp(run.Context, run.Values.Iterate, tMeta, t.Iterate);
            run.Rule.Vjp(run.Context, run.Values.Iterate, a.Iterate, aMeta);
        }

        run.Rule.Step(run.Context, run.Values.Iterate);
    }

    private static Complex[] Along(double[] x, double[] d) => [.. x.Zip(d, (value, tangent) => new Complex(value, H * tangent))];

    private static void Near(double[] expected, double[] found, double tolerance, double room = 0)
    {
        double error = Norm(Difference(expected, found));
        Assert.True(error <= (tolerance * Norm(expected)) + room, $"error {error}, norm {Norm(expected)}\nexpected {string.Join(' ', expected)}\nfound {string.Join(' ', found)}");
    }

    private static void NearInParts(Arrays<double> old, Arrays<double> expected, Arrays<float> single, double thetaRoom, double room)
    {
        Arrays<double> found = single.To<double>();
        Near(Difference(expected.Theta, old.Theta), Difference(found.Theta, old.Theta), SingleTolerance, thetaRoom);
        Near(expected.Gradient, found.Gradient, SingleTolerance, room);
        Near(expected.Scale, found.Scale, SingleTolerance, room);
        Near(expected.State, found.State, SingleTolerance, room);
    }

    private static double[] Difference(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a - b)];

    private static double Norm(double[] x) => Math.Sqrt(Vectors.SquaredNorm<double>(x));

    private static RandomStream Stream(uint task) => new(new StreamKey(20260, 0, 0, StreamPurpose.Test, task));
}
