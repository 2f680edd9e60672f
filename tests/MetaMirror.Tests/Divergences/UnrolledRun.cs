using MetaMirror.Divergences;

namespace MetaMirror.Tests.Divergences;

/// <summary>l = 1/2 theta^T H2 theta - b^T theta + 1/4 sum theta_i^4 of PAPERS 9, R1 and R2, and a small reverse loop over the steps of a divergence.</summary>
internal sealed class UnrolledRun
{
    private readonly double[] _b;
    private readonly double _eta;
    private readonly DivergenceHarness<double> _harness;
    private readonly List<(double[] Theta, double[] State, double[] Gradient)> _path = [];

    public UnrolledRun(Divergence<double> divergence, double[] metric, double[] b, double[] start, double eta, int steps)
    {
        _b = b;
        _eta = eta;
        Start = start;
        _harness = new DivergenceHarness<double>(divergence, ParameterLayout.Vector(2), metric, start);
        for (int step = 0; step < steps; step++)
        {
            double[] g = Gradient(_harness.Theta);
            _path.Add(([.. _harness.Theta], [.. _harness.State], g));
            _harness.Step(eta, g);
        }
    }

    public double[] Start { get; }

    public double[] End => _harness.Theta;

    public IEnumerable<double[]> States => _path.Select(p => p.Theta).Append(End);

    public double Bregman => _harness.Bregman(End, Start);

    public double StrongConvexity => _harness.Divergence.StrongConvexity(_harness.Context);

    /// <summary>lambda's gradient, dB/dP by hand (direct) and through the run (total), and the adjoint that reaches theta_1.</summary>
    public (double[] Lambda, double[] Direct, double[] Total, double[] Adjoint) Reverse()
    {
        int n = _harness.Meta.Length;
        double[] lambda = new double[n], direct = new double[n], a = new double[2], aState = new double[_harness.State.Length];
        _harness.Divergence.AddStrongConvexityGradient(_harness.Context, 1, lambda);
        _harness.Divergence.AddBregmanGradient(_harness.Context, End, Start, 1, a, [], direct);
        double[] total = [.. direct];
        for (int step = _path.Count - 1; step >= 0; step--)
        {
            (double[] theta, double[] state, double[] g) = _path[step];
            double[] aGradient = new double[2], product = new double[2];
            _harness.Age = step;
            _harness.Divergence.StepVjp(_harness.Context, _eta, g, theta, state, a, aState, aGradient, total, new double[1]);
            HessianVector(theta, aGradient, product);
            a[0] += product[0];
            a[1] += product[1];
        }

        return (lambda, direct, total, a);
    }

    public IEnumerable<int> ActiveComponents(MaxOfDiagonals<double> divergence)
    {
        double[] weights = new double[divergence.Components];
        foreach (double[] theta in States)
            yield return 1 + divergence.Activation(_harness.Context, theta, _harness.State, weights).Largest;
    }

    private double[] Gradient(double[] x) => [(2 * x[0]) + (.5 * x[1]) - _b[0] + Math.Pow(x[0], 3), (.5 * x[0]) + x[1] - _b[1] + Math.Pow(x[1], 3)];

    private static void HessianVector(double[] x, double[] v, double[] product)
    {
        product[0] = ((2 + (3 * x[0] * x[0])) * v[0]) + (.5 * v[1]);
        product[1] = (.5 * v[0]) + ((1 + (3 * x[1] * x[1])) * v[1]);
    }
}
