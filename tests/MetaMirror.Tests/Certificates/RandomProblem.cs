using MetaMirror.Certificates;
using MetaMirror.Numerics;
using MetaMirror.Objectives;
using MetaMirror.Tests.Divergences;

namespace MetaMirror.Tests.Certificates;

/// <summary>A random convex loss mean_r h(v_r) of residuals v = A theta - b, or their largest, with what is known of its curvature.</summary>
internal sealed class RandomProblem
{
    private readonly double[][] _rows;
    private readonly double[] _offsets;
    private readonly int _kind;
    private readonly double _ridge;

    public RandomProblem(int kind, int n, double[] near, ref RandomStream stream)
    {
        _kind = kind;
        int rows = 1 + (int)stream.NextBounded(6);
        _rows = [.. Enumerable.Range(0, rows).Select(_ => new double[n])];
        _offsets = new double[rows];
        double trace = 0;
        for (int r = 0; r < rows; r++)
        {
            double scale = Math.Exp(stream.NextNormal());
            for (int i = 0; i < n; i++)
                _rows[r][i] = scale * stream.NextNormal();
            trace += _rows[r].Sum(x => x * x);

            // Residuals vanish at a given point, which then minimizes all kinds but the last two.
            _offsets[r] = Vectors.Dot<double>(_rows[r], near);
        }

        _ridge = kind == Ridge ? .05 : 0;
        Curvature = kind switch
        {
            Squares or Huber => new LossCurvature(true, 0, trace / rows),
            LogSumExp => new LossCurvature(true, 0, trace),
            Ridge => new LossCurvature(true, _ridge, (trace / rows / 4) + _ridge),
            _ => LossCurvature.Convex,
        };
    }

    public const int Squares = 0, Absolute = 1, Largest = 2, Huber = 3, LogSumExp = 4, Ridge = 5, Kinds = 6;

    public static IReadOnlyList<string> Names { get; } = ["squares", "absolute values", "largest absolute value", "Huber", "log-sum-exp", "logistic with l2"];

    public LossCurvature Curvature { get; }

    public double Evaluate(double[] theta, double[] gradient)
    {
        double[] v = [.. _rows.Select((row, r) => Vectors.Dot<double>(row, theta) - _offsets[r])], w = new double[v.Length];
        double value, mean = 1.0 / v.Length;
        switch (_kind)
        {
            case Squares:
                value = mean * v.Sum(x => x * x / 2);
                w = [.. v.Select(x => mean * x)];
                break;
            case Absolute:
                value = v.Sum(Math.Abs);
                w = [.. v.Select(x => x > 0 ? 1.0 : -1)];
                break;
            case Largest:
                int largest = Array.IndexOf(v, v.MaxBy(Math.Abs));
                value = Math.Abs(v[largest]);
                w[largest] = v[largest] > 0 ? 1 : -1;
                break;
            case Huber:
                value = mean * v.Sum(x => Math.Abs(x) <= 1 ? x * x / 2 : Math.Abs(x) - .5);
                w = [.. v.Select(x => mean * Math.Clamp(x, -1, 1))];
                break;
            case LogSumExp:
                double max = v.Max(), sum = v.Sum(x => Math.Exp(x - max));
                value = max + Math.Log(sum);
                w = [.. v.Select(x => Math.Exp(x - max) / sum)];
                break;
            default:
                value = (mean * v.Sum(x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))))) + (_ridge / 2 * theta.Sum(x => x * x));
                w = [.. v.Select(x => mean / (1 + Math.Exp(-x)))];
                break;
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = _ridge * theta[i];
            for (int r = 0; r < w.Length; r++)
                gradient[i] += w[r] * _rows[r][i];
        }

        return value;
    }

    /// <summary>The known minimizer, a point near the minimizer of a strongly convex loss, or any point.</summary>
    public Comparator Comparator(double[] near, ref RandomStream stream)
    {
        double[] u = [.. near], g = new double[u.Length];
        if (_kind == Ridge)
        {
            for (int k = 0; k < 100; k++)
            {
                Evaluate(u, g);
                Vectors.AddScaled(-1 / Curvature.Smoothness, g, u);
            }

            Evaluate(u, g);
            return MetaMirror.Certificates.Comparator.Near(u, Math.Sqrt(g.Sum(x => x * x)), Curvature);
        }

        return _kind != LogSumExp && stream.NextBounded(3) != 0
            ? MetaMirror.Certificates.Comparator.Minimizer(u)
            : MetaMirror.Certificates.Comparator.Reference(Divergences.Draws.Normal(ref stream, u.Length, 1));
    }
}
