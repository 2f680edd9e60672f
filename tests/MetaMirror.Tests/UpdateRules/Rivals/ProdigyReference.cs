using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules.Rivals;

/// <summary>
/// Prodigy, line by line as in the authors' code (prodigy.py: step), in double. A run that carries a state keeps d, m and v; theta_0, r and s begin anew. As theirs it returns before its step,
/// decay included, where s is 0: gradients were always zero.
/// </summary>
internal static class ProdigyReference
{
    public static ReferenceStep Of(ProdigyOptions o) => x =>
    {
        int n = x.Theta.Length, k = x.Age;
        double b1 = x["beta1"].Real, b2 = x["beta2"].Real, b3 = x["beta3"].Real, lr = (x["learning_rate"] * x.Scale).Real, decay = x["weight_decay"].Real;
        double[] state = [.. x.State.Select(z => z.Real)];
        bool begins = x.Step == 0 || k == 0;
        double numerator = begins ? 0 : state[4 * n], d = k == 0 ? o.InitialDistance : state[(4 * n) + 1], most = k == 0 ? o.InitialDistance : state[(4 * n) + 2];
        double dlr = d * lr * (o.UseBiasCorrection ? Math.Sqrt(1 - Math.Pow(b2, k + 1)) / (1 - Math.Pow(b1, k + 1)) : 1), denominator = 0;
        for (int i = 0; begins && i < n; i++)
            (state[(2 * n) + i], state[(3 * n) + i]) = (0, x.Theta[i].Real);
        (state[4 * n], state[(4 * n) + 1], state[(4 * n) + 2]) = (numerator, d, most);

        // "if group_lr > 0.0" around all sums.
        if (lr == 0)
        {
            Store();
            return;
        }

        numerator *= b3;
        for (int i = 0; i < n; i++)
        {
            double g = x.Gradient[i].Real;
            numerator += d / o.InitialDistance * dlr * g * (state[(3 * n) + i] - x.Theta[i].Real);
            state[i] = (b1 * state[i]) + (d * (1 - b1) * g);
            state[n + i] = (b2 * state[n + i]) + (d * d * (1 - b2) * g * g);
            state[(2 * n) + i] = (b3 * state[(2 * n) + i]) + (d / o.InitialDistance * (o.SafeguardWarmup ? d : dlr) * g);
            denominator += Math.Abs(state[(2 * n) + i]);
        }

        // "if d_denom == 0: return", after m, v and s were changed in place.
        if (denominator == 0)
        {
            Store();
            return;
        }

        double estimate = x["distance_factor"].Real * numerator / denominator;
        if (d == o.InitialDistance)
            d = Math.Max(d, estimate);
        most = Math.Max(most, estimate);
        d = Math.Min(most, d * o.GrowthRate);
        (state[4 * n], state[(4 * n) + 1], state[(4 * n) + 2]) = (numerator, d, most);
        for (int i = 0; i < n; i++)
        {
            double theta = x.Theta[i].Real;
            theta -= decay * dlr * theta;
            x.Theta[i] = theta - (dlr * state[i] / (Math.Sqrt(state[n + i]) + (d * o.Epsilon)));
        }

        Store();

        void Store()
        {
            for (int i = 0; i < state.Length; i++)
                x.State[i] = state[i];
        }
    };
}
