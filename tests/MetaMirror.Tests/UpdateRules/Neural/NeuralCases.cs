using System.Numerics;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Neural;

namespace MetaMirror.Tests.UpdateRules.Neural;

/// <summary>Rules that are networks for the contract of update rules, with scalar loops written from Andrychowicz et al. 2016 and from Metz et al. 2019 with their code.</summary>
internal static class NeuralCases
{
    // Outputs that are not 0: else no derivative of a hidden value would be seen.
    private static readonly LstmRuleOptions Lstm = new() { LearningRate = .1, Units = 3, OutputDeviation = .5 };
    private static readonly MlpRuleOptions Mlp = new() { LearningRate = .1, Units = 5, Layers = 1, Decays = [.5, .9], OutputDeviation = .5 };

    public static IReadOnlyList<RuleCase> All { get; } =
    [
        Of("lstm-rule", Lstm),
        Of("lstm-rule-two-layers", Lstm with { Units = 2, Layers = 2, Seed = 1 }),
        Of("lstm-rule-start", new LstmRuleOptions() { Units = 3 }),

        // |g| above 0.74 alone counts as large: both halves of the input.
        Of("lstm-rule-small-gradients", Lstm with { Range = .3 }),
        Of("mlp-rule", Mlp),
        Of("mlp-rule-two-layers", Mlp with { Units = 4, Layers = 2, Decays = [.1, .8, .95], Magnitude = .7, Epsilon = .5, Seed = 1 }),
        Of("mlp-rule-start", new MlpRuleOptions()),
    ];

    /// <summary>
    /// Andrychowicz et al. 2016, one coordinate after the other: x = (log|g| / p, sign g) or (-1, e^p g); for each layer i, f, o = sigma(W x + U h + b), g = tanh(W x + U h + b), c = f c + i g,
    /// h = o tanh(c); theta += eta (w . h + d . x). The state is kept in pieces.
    /// </summary>
    public static ReferenceStep Reference(LstmRuleOptions o) => x =>
    {
        int units = o.Units, n = x.Theta.Length, own = 2 * units * o.Layers;
        Complex eta = x["learning_rate"] * x.Scale;
        for (int j = 0; j < n; j++)
        {
            int start = j / 128 * 128, piece = Math.Min(128, n - start);
            Complex g = x.Gradient[j];
            Complex[] input = Math.Abs(g.Real) >= Math.Exp(-o.Range) ? [Complex.Log(g * Math.Sign(g.Real)) / o.Range, Math.Sign(g.Real)] : [-1, Math.Exp(o.Range) * g], below = input;
            for (int l = 0; l < o.Layers; l++)
            {
                Complex[] w = x.Meta[$"{l}.input"], u = x.Meta[$"{l}.recurrent"], b = x.Meta[$"{l}.bias"];
                int h = (own * start) + (2 * l * units * piece) + (j - start), c = h + (units * piece);
                Complex[] before = [.. Enumerable.Range(0, units).Select(k => x.State[h + (k * piece)])];
                for (int k = 0; k < units; k++)
                {
                    Complex cell = x.State[c + (k * piece)] = (Sigma(Gate(1, k)) * x.State[c + (k * piece)]) + (Sigma(Gate(0, k)) * Complex.Tanh(Gate(3, k)));
                    x.State[h + (k * piece)] = Sigma(Gate(2, k)) * Complex.Tanh(cell);
                }

                below = [.. Enumerable.Range(0, units).Select(k => x.State[h + (k * piece)])];

                Complex Gate(int gate, int k)
                {
                    int row = (gate * units) + k;
                    return b[row] + Dot(w, row, below) + Dot(u, row, before);
                }
            }

            x.Theta[j] += eta * (Dot(x.Meta["output"], 0, below) + Dot(x.Meta["direct"], 0, input));
        }

        static Complex Sigma(Complex z) => 1 / (1 + Complex.Exp(-z));
    };

    /// <summary>Metz et al. 2019: inputs over their root mean square in the tensor, then with the time's through rectified layers to d and a; theta -= eta (d + r . x) exp(lambda a).</summary>
    public static ReferenceStep Reference(MlpRuleOptions o, ParameterLayout? given = null) => x =>
    {
        int n = x.Theta.Length, inputs = 1 + o.Decays.Length;
        double[] scales = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000];
        Complex[] time = [.. scales.Select(tau => new Complex(Math.Tanh((x.Step / tau) - 1), 0))];
        for (int k = 1; k < inputs; k++)
        {
            for (int j = 0; j < n; j++)
                x.State[((k - 1) * n) + j] = (o.Decays[k - 1] * x.State[((k - 1) * n) + j]) + ((1 - o.Decays[k - 1]) * x.Gradient[j]);
        }

        foreach (ParameterBlock block in (given ?? RuleCases.Layouts.Single(l => l.Length == n)).Blocks)
        {
            Complex[] roots = [.. Enumerable.Range(0, inputs).Select(k => Complex.Sqrt(
                o.Epsilon + (Enumerable.Range(block.Offset, block.Length).Aggregate(Complex.Zero, (sum, j) => sum + (Input(k, j) * Input(k, j))) / block.Length)))];
            for (int j = block.Offset; j < block.Offset + block.Length; j++)
            {
                Complex[] own = [.. Enumerable.Range(0, inputs).Select(k => Input(k, j) / roots[k])], below = own;
                for (int l = 0; l < o.Layers; l++)
                    below = [.. Enumerable.Range(0, o.Units).Select(r => Rectified(x.Meta[$"{l}.bias"][r] + Dot(x.Meta[$"{l}.weight"], r, below) + (l == 0 ? Dot(x.Meta["0.time"], r, time) : 0)))];
                Complex d = x.Meta["output.bias"][0] + Dot(x.Meta["output.weight"], 0, below), a = x.Meta["output.bias"][1] + Dot(x.Meta["output.weight"], 1, below);
                x.Theta[j] -= x["learning_rate"] * x.Scale * (d + Dot(x.Meta["direct"], 0, own)) * Complex.Exp(o.Magnitude * a);
            }
        }

        Complex Input(int k, int j) => k == 0 ? x.Gradient[j] : x.State[((k - 1) * n) + j];

        static Complex Rectified(Complex z) => z.Real > 0 ? z : Complex.Zero;
    };

    private static Complex Dot(Complex[] matrix, int row, Complex[] x) => x.Select((value, i) => matrix[(row * x.Length) + i] * value).Aggregate(Complex.Zero, (sum, z) => sum + z);

    private static RuleCase Of(string name, LstmRuleOptions o) => new(name, () => new LstmRule<double>(o), () => new LstmRule<float>(o), Reference(o)) { LongState = true };

    private static RuleCase Of(string name, MlpRuleOptions o) => new(name, () => new MlpRule<double>(o), () => new MlpRule<float>(o), Reference(o));
}
