using System.Numerics;
using MetaMirror.UpdateRules;
using static MetaMirror.Tests.UpdateRules.ReferenceIterate;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>PyTorch 1.13's optimizers, one coordinate after the other, written from their documentation.</summary>
internal static class ReferenceRules
{
    public static ReferenceStep Identity => _ => { };

    public static ReferenceStep Sgd(SgdOptions o) => x =>
    {
        for (int i = 0; i < x.Theta.Length; i++)
        {
            Complex d = ((o.Maximize ? -1 : 1) * x.Gradient[i]) + (x["weight_decay"] * x.Theta[i]);
            if (x.Meta.ContainsKey("momentum"))
            {
                Complex kept = o.Nesterov ? 1 : 1 - x["dampening"];
                x.State[i] = x.Age == 0 ? d : (x["momentum"] * x.State[i]) + (kept * d);
                d = o.Nesterov ? d + (x["momentum"] * x.State[i]) : x.State[i];
            }

            x.Theta[i] -= x["learning_rate"] * x.Scale * d;
        }
    };

    public static ReferenceStep Adam(AdamOptions o, bool decoupled = false) => x =>
    {
        int n = x.Theta.Length, t = x.Age + 1;
        Complex rate = x["learning_rate"] * x.Scale, b1 = x["beta1"], b2 = x["beta2"];
        for (int i = 0; i < n; i++)
        {
            Complex g = (o.Maximize ? -1 : 1) * x.Gradient[i];
            if (decoupled)
                x.Theta[i] *= 1 - (rate * x["weight_decay"]);
            else
                g += x["weight_decay"] * x.Theta[i];
            Complex m = x.State[i] = (b1 * x.State[i]) + ((1 - b1) * g);
            Complex v = x.State[n + i] = (b2 * x.State[n + i]) + ((1 - b2) * g * g);
            Complex corrected = m / (1 - Power(b1, t));
            x.Theta[i] -= rate * corrected / (Root(v / (1 - Power(b2, t))) + o.Epsilon);
        }
    };

    public static ReferenceStep NAdam(NAdamOptions o) => x =>
    {
        int n = x.Theta.Length, t = x.Age + 1;
        Complex rate = x["learning_rate"] * x.Scale, b1 = x["beta1"], b2 = x["beta2"];
        Complex mu = b1 * (1 - (0.5 * Complex.Exp(t * x["momentum_decay"] * Math.Log(0.96))));
        Complex next = b1 * (1 - (0.5 * Complex.Exp((t + 1) * x["momentum_decay"] * Math.Log(0.96))));
        Complex product = x.State[2 * n] = (x.Age == 0 ? 1 : x.State[2 * n]) * mu;
        for (int i = 0; i < n; i++)
        {
            Complex g = x.Gradient[i] + (x["weight_decay"] * x.Theta[i]);
            Complex m = x.State[i] = (b1 * x.State[i]) + ((1 - b1) * g);
            Complex v = x.State[n + i] = (b2 * x.State[n + i]) + ((1 - b2) * g * g);
            Complex denominator = Root(v / (1 - Power(b2, t))) + o.Epsilon;
            x.Theta[i] -= rate * (1 - mu) / (1 - product) * g / denominator;
            x.Theta[i] -= rate * next / (1 - (product * next)) * m / denominator;
        }
    };

    public static ReferenceStep RmsProp(RmsPropOptions o) => x =>
    {
        int n = x.Theta.Length, buffer = o.Centered ? 2 * n : n;
        Complex rate = x["learning_rate"] * x.Scale, alpha = x["alpha"];
        for (int i = 0; i < n; i++)
        {
            Complex g = ((o.Maximize ? -1 : 1) * x.Gradient[i]) + (x["weight_decay"] * x.Theta[i]);
            Complex variance = x.State[i] = (alpha * x.State[i]) + ((1 - alpha) * g * g);
            if (o.Centered)
            {
                Complex mean = x.State[n + i] = (alpha * x.State[n + i]) + ((1 - alpha) * g);
                variance -= mean * mean;
            }

            Complex step = g / (Root(variance) + o.Epsilon);
            if (x.Meta.ContainsKey("momentum"))
                step = x.State[buffer + i] = (x["momentum"] * x.State[buffer + i]) + step;
            x.Theta[i] -= rate * step;
        }
    };

    public static ReferenceStep AdaGrad(AdaGradOptions o) => x =>
    {
        Complex rate = x["learning_rate"] * x.Scale / (1 + (x.Age * x["lr_decay"]));
        for (int i = 0; i < x.Theta.Length; i++)
        {
            Complex g = ((o.Maximize ? -1 : 1) * x.Gradient[i]) + (x["weight_decay"] * x.Theta[i]);
            x.State[i] = (x.Age == 0 ? o.InitialAccumulator : x.State[i]) + (g * g);
            x.Theta[i] -= rate * g / (Root(x.State[i]) + o.Epsilon);
        }
    };

    public static ReferenceStep WeightDecay => x =>
    {
        for (int i = 0; i < x.Theta.Length; i++)
            x.Gradient[i] += x["weight_decay"] * x.Theta[i];
    };

    public static ReferenceStep ClipByNorm => x =>
    {
        Complex norm = Complex.Sqrt(x.Gradient.Aggregate(Complex.Zero, (sum, g) => sum + (g * g)));
        if (norm.Real <= x["max_norm"].Real)
            return;
        for (int i = 0; i < x.Gradient.Length; i++)
            x.Gradient[i] *= x["max_norm"] / norm;
    };

    public static ReferenceStep Diagonal => x =>
    {
        Complex[] p = [.. x.Meta.Where(m => !string.Equals(m.Key, "learning_rate", StringComparison.Ordinal)).SelectMany(m => m.Value)];
        for (int i = 0; i < x.Theta.Length; i++)
            x.Theta[i] -= x["learning_rate"] * x.Scale * x.Gradient[i] / p[i];
    };

    public static ReferenceStep Schedule(Func<ReferenceIterate, Complex> factor) => x => x.Scale *= factor(x);

    /// <summary>Of a chain's last member: whatever is left of the state.</summary>
    public const int Rest = -1;

    /// <summary>Micaelli and Storkey 2021: v = b v + g + c w, w -= a v, with the values of this step; the last ones go on after T.</summary>
    public static void ScheduledSgd(ReferenceIterate x)
    {
        Complex a = Now("learning_rate") * x.Scale, b = Now("momentum"), c = Now("weight_decay");
        for (int i = 0; i < x.Theta.Length; i++)
        {
            x.State[i] = (b * x.State[i]) + x.Gradient[i] + (c * x.Theta[i]);
            x.Theta[i] -= a * x.State[i];
        }

        Complex Now(string name) => x.Meta[name][x.Meta[name].Length * Math.Min(x.Step, x.Steps - 1) / x.Steps];
    }

    /// <summary>Each entry at its bound where it is beyond.</summary>
    public static ReferenceStep ClipByValue(double bound) => x =>
    {
        for (int i = 0; i < x.Gradient.Length; i++)
            x.Gradient[i] = Math.Abs(x.Gradient[i].Real) <= bound ? x.Gradient[i] : Math.CopySign(bound, x.Gradient[i].Real);
    };

    /// <summary>Khodak et al. 2019 at meta-test: eta = sqrt(b / g) with the old g, theta -= eta o grad, g += c grad^2; the state is what g grew by.</summary>
    public static void ArubaPlus(ReferenceIterate x)
    {
        double[] b = Sums("b."), g = Sums("g.");
        for (int i = 0; i < x.Theta.Length; i++)
        {
            double grad = x.Gradient[i].Real, grown = x.State[i].Real;
            x.Theta[i] = x.Theta[i].Real - (x.Scale.Real * Math.Sqrt(b[i] / (g[i] + grown)) * grad);
            x.State[i] = grown + (x["coefficient"].Real * grad * grad);
        }

        double[] Sums(string prefix) => [.. x.Meta.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(p => p.Value).Select(z => z.Real)];
    }

    /// <summary>Park and Oliva 2019: theta -= eta sum over out, in and rest of M_o M_i M_f G; sizes are those of the matrices.</summary>
    public static void MetaCurvature(ReferenceIterate x)
    {
        Complex eta = x["learning_rate"] * x.Scale;
        int start = 0;
        foreach ((string key, Complex[] first) in x.Meta.Where(p => p.Key.EndsWith(".out", StringComparison.Ordinal) || p.Key.EndsWith(".scale", StringComparison.Ordinal)))
        {
            if (key.EndsWith(".scale", StringComparison.Ordinal))
            {
                for (int i = 0; i < first.Length; i++)
                    x.Theta[start + i] -= eta * first[i] * x.Gradient[start + i];
                start += first.Length;
                continue;
            }

            Complex[] second = x.Meta[$"{key[..^4]}.in"], third = x.Meta.TryGetValue($"{key[..^4]}.rest", out Complex[]? rest) ? rest : [1];
            int o = Side(first), c = Side(second), f = Side(third);
            for (int to = 0; to < o * c * f; to++)
            {
                for (int from = 0; from < o * c * f; from++)
                {
                    Complex weight = first[(to / (c * f) * o) + (from / (c * f))] * second[(to / f % c * c) + (from / f % c)] * third[(to % f * f) + (from % f)];
                    x.Theta[start + to] -= eta * weight * x.Gradient[start + from];
                }
            }

            start += o * c * f;
        }

        static int Side(Complex[] matrix) => (int)Math.Round(Math.Sqrt(matrix.Length));
    }

    /// <summary>Flennerhag et al. 2020 with linear warps, by the layers: V' = V - eta T^T G, so theta' = T V' = theta - eta T T^T G; a vector that is no bias of its weight moves plainly.</summary>
    public static void WarpGrad(ReferenceIterate x)
    {
        Complex eta = x["learning_rate"] * x.Scale;
        foreach (ParameterBlock block in RuleCases.Layouts.Append(WarpGradTests.Layers).Single(l => l.Length == x.Theta.Length).Blocks)
        {
            string owner = block.IsMatrix ? $"{block.Name}.warp" : $"{block.Name.Replace("bias", "weight", StringComparison.Ordinal)}.warp";
            Complex[]? warp = x.Meta.TryGetValue(owner, out Complex[]? found) && found.Length == block.Rows * block.Rows ? found : null;
            for (int i = 0; i < block.Length; i++)
            {
                int row = i / block.Columns, column = i % block.Columns;
                for (int j = 0; j < block.Rows && warp is not null; j++)
                {
                    for (int k = 0; k < block.Rows; k++)
                        x.Theta[block.Offset + i] -= eta * warp[(row * block.Rows) + k] * warp[(j * block.Rows) + k] * x.Gradient[block.Offset + (j * block.Columns) + column];
                }

                if (warp is null)
                    x.Theta[block.Offset + i] -= eta * x.Gradient[block.Offset + i];
            }
        }
    }

    /// <summary>Members one after the other, each with its part of the state, in vectors as long as theta.</summary>
    public static ReferenceStep Chain(params (string Prefix, int StateVectors, ReferenceStep Step)[] members) => x =>
    {
        int start = 0;
        foreach ((string prefix, int vectors, ReferenceStep step) in members)
        {
            int length = vectors < 0 ? x.State.Length - start : vectors * x.Theta.Length;
            ReferenceIterate part = x.Part(prefix, x.State[start..(start + length)]);
            step(part);
            part.State.CopyTo(x.State, start);
            x.Scale = part.Scale;
            start += length;
        }
    };
}
