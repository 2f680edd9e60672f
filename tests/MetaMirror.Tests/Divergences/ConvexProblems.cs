using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>A random convex loss of one of four kinds, with a sub-gradient.</summary>
internal sealed class ConvexProblem
{
    private readonly double[][] _rows;
    private readonly double[] _offsets;
    private readonly int _kind;

    public ConvexProblem(int kind, int n, double[] near, ref RandomStream stream)
    {
        _kind = kind;
        int rows = 1 + (int)stream.NextBounded(6);
        _rows = new double[rows][];
        _offsets = new double[rows];
        for (int r = 0; r < rows; r++)
        {
            _rows[r] = Draws.Normal(ref stream, n, Math.Exp(stream.NextNormal()));

            // Residuals vanish at a given point, so that it minimizes the first three kinds.
            _offsets[r] = Vectors.Dot<double>(_rows[r], near);
        }
    }

    public static IReadOnlyList<string> Kinds { get; } = ["squares", "absolute values", "largest absolute value", "log-sum-exp"];

    public double Evaluate(double[] theta, double[] gradient)
    {
        double[] v = [.. _rows.Select((row, r) => Vectors.Dot<double>(row, theta) - _offsets[r])], w = new double[v.Length];
        double value;
        switch (_kind)
        {
            case 0:
                value = v.Sum(x => x * x / 2);
                v.CopyTo(w, 0);
                break;
            case 1:
                value = v.Sum(Math.Abs);
                w = [.. v.Select(x => x > 0 ? 1.0 : -1)];
                break;
            case 2:
                int largest = Array.IndexOf(v, v.MaxBy(Math.Abs));
                value = Math.Abs(v[largest]);
                w[largest] = v[largest] > 0 ? 1 : -1;
                break;
            default:
                double max = v.Max(), sum = v.Sum(x => Math.Exp(x - max));
                value = max + Math.Log(sum);
                w = [.. v.Select(x => Math.Exp(x - max) / sum)];
                break;
        }

        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = Enumerable.Range(0, v.Length).Sum(r => w[r] * _rows[r][i]);
        return value;
    }
}
