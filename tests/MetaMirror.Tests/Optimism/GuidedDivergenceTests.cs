using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;
using MetaMirror.Optimism;
using MetaMirror.Tests.Divergences;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.Optimism;

/// <summary>Schedule, trust region and hint around every divergence of the table: values and tangents against its scalar reference by complex step, and the transpose.</summary>
public sealed class GuidedDivergenceTests
{
    private const int Steps = 4;
    private const int Trials = 4;
    private const double Radius = .8;
    private const double Rate = .2;
    private const double Mu = .7;
    private const double Final = .1;

    /// <summary>Imaginary step: its square is below any rounding, so the derivative has no truncation error.</summary>
    private const double H = 1e-30;

    private const double ComplexStepTolerance = 1e-10;
    private const double DualityTolerance = 1e-12;

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (string divergence in DivergenceCases.Names)
        {
            foreach (string form in (string[])["bounded", "predictable"])
                data.Add(divergence, form);
        }

        return data;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Any_Divergence_Can_Be_Guided(string divergence, string form)
    {
        DivergenceCase c = DivergenceCases.Named(divergence);
        RandomStream stream = Draws.Stream(171);
        for (int trial = 0; trial < Trials; trial++)
        {
            var run = new Run(Rule(c.Double(), form), c.DrawPoint(ref stream));
            double[] divergenceMeta = c.DrawMeta(ref stream);
            divergenceMeta.CopyTo(run.Meta, 2);
            double[] dMeta = Draws.Normal(ref stream, run.Meta.Length), dTheta = Draws.Normal(ref stream, run.Theta.Length), start = [.. run.Theta], tangent = [.. dTheta];
            double[] dState = new double[run.State.Length];
            Complex[] meta = Along(run.Meta, dMeta), point = Along(run.Theta, dTheta), v = new Complex[start.Length];
            Complex previous = Complex.Zero;
            var effective = new Complex[Steps][];
            for (int t = 0; t < Steps; t++)
            {
                double[] g = Draws.Normal(ref stream, start.Length), dG = Draws.Normal(ref stream, start.Length);
                effective[t] = Effective(c, form, t, Along(g, dG), meta, v, ref previous);
                run.AssertTranspose(g, ref stream);
                run.Rule.Jvp(run.Context, new([.. run.Theta], [.. g], [1.0], [.. run.State]), dMeta, new(tangent, dG, [0.0], dState));
                run.Step(g);
            }

            Complex[] expected = c.Reference.Run(Complex.One, effective, point, meta[2..^2]);
            Close([.. expected.Select(x => x.Real)], run.Theta);
            Close([.. expected.Select(x => x.Imaginary / H)], tangent);
        }
    }

    /// <summary>Meta-parameters: final fraction of the schedule; momentum; the divergence's; learning rate; radius.</summary>
    private static Chain<double> Rule(Divergence<double> divergence, string form)
    {
        var inside = new Chain<double>(new NesterovHint<double>(Mu), new MirrorDescent<double>(divergence, Rate));
        return new(new LinearSchedule<double>(Final), form == "bounded" ? new TrustRegion<double>(Radius, inside) : new PredictableTrustRegion<double>(Radius, inside));
    }

    /// <summary>eta_t (s_t g + mu v_t): the mirror step depends on this product alone.</summary>
    private static Complex[] Effective(DivergenceCase c, string form, int t, Complex[] g, Complex[] meta, Complex[] v, ref Complex previous)
    {
        Complex square = c.Reference.DualNormSquared(g, meta[2..^2]), used = form == "bounded" ? square : previous, radius = meta[^1];
        Complex s = used.Real > radius.Real * radius.Real ? radius / Complex.Sqrt(used) : Complex.One;
        previous = square;
        for (int i = 0; i < v.Length; i++)
            v[i] = (meta[1] * v[i]) + (s * g[i]);
        Complex eta = meta[^2] * (1 - ((1 - meta[0]) * t / Steps));
        return [.. g.Select((x, i) => eta * ((s * x) + (meta[1] * v[i])))];
    }

    private static Complex[] Along(double[] x, double[] dx) => [.. x.Zip(dx, (a, b) => new Complex(a, H * b))];

    private static void Close(double[] expected, double[] actual)
    {
        double scale = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], ComplexStepTolerance * scale);
    }

    private sealed class Run
    {
        private readonly double[] _scratch;
        private int _age;

        public Run(UpdateRule<double> rule, double[] theta)
        {
            (Rule, Theta) = (rule, theta);
            Meta = [.. new MetaParameters<double>([], rule.MetaSpecs(DivergenceCase.Layout), []).Natural];
            State = new double[rule.StateLength(DivergenceCase.Layout)];
            _scratch = new double[rule.ScratchLength(DivergenceCase.Layout)];
        }

        public UpdateRule<double> Rule { get; }

        public double[] Meta { get; }

        public double[] Theta { get; }

        public double[] State { get; }

        public StepContext<double> Context
        {
            get
            {
                Array.Fill(_scratch, double.NaN);
                return new() { Step = _age, Steps = Steps, Age = _age, Layout = DivergenceCase.Layout, Meta = Meta, Scratch = _scratch };
            }
        }

        public void Step(double[] g)
        {
            Rule.Step(Context, new(Theta, g, [1.0], State));
            _age++;
        }

        public void AssertTranspose(double[] g, ref RandomStream stream)
        {
            int n = Theta.Length, m = State.Length;
            double[] t = Draws.Normal(ref stream, (2 * n) + 1 + m), a = Draws.Normal(ref stream, t.Length), dMeta = Draws.Normal(ref stream, Meta.Length), aMeta = new double[Meta.Length];
            if (_age == 0)
                Array.Clear(t, (2 * n) + 1, m);
            double[] forward = [.. t], backward = [.. a];
            Rule.Jvp(Context, new(Theta, g, [1.0], State), dMeta, Split(forward, n));
            Rule.Vjp(Context, new(Theta, g, [1.0], State), Split(backward, n), aMeta);
            double left = Vectors.Dot<double>(a, forward), right = Vectors.Dot<double>(backward, t) + Vectors.Dot<double>(aMeta, dMeta);
            double size = Norm(a) * Norm(forward) + ((Norm(backward) + Norm(aMeta)) * (Norm(t) + Norm(dMeta)));
            Assert.True(Math.Abs(left - right) <= DualityTolerance * size, $"age {_age}: {left} and {right}");
        }

        private static Iterate<double> Split(double[] x, int n) => new(x.AsSpan(0, n), x.AsSpan(n, n), x.AsSpan(2 * n, 1), x.AsSpan((2 * n) + 1));

        private static double Norm(double[] x) => Math.Sqrt(Vectors.SquaredNorm<double>(x));
    }
}
