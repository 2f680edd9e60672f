using System.Collections.Immutable;

namespace MetaMirror.Certificates;

/// <summary>What is done with past gradients.</summary>
public enum MomentumForm
{
    /// <summary>Nothing: theta_{t+1} = theta_t - eta_t P^-1 s_t g_t.</summary>
    None,

    /// <summary>v_t = mu v_{t-1} + s_t g_t, theta_{t+1} = theta_t - eta_t P^-1 v_t.</summary>
    HeavyBall,

    /// <summary>PyTorch's form: theta_{t+1} = theta_t - eta_t P^-1 (s_t g_t + mu v_t).</summary>
    Nesterov,

    /// <summary>Hints: theta_{t+1} = theta_t - P^-1 (c_t g_t - h_t + h_{t+1}), h_{t+1} = c_t g_t, c_t = eta_t s_t, h_1 = 0.</summary>
    Optimistic,

    /// <summary>Any other hints h_t known before g_t, h_1 = 0: theta_{t+1} is the mirror step along c_t g_t - h_t + h_{t+1}, as <see cref="DescentForm.Directions"/> says.</summary>
    Hints,
}

/// <summary>How the gradient is scaled before anything else, by one number for all tensors.</summary>
public enum GradientScaling
{
    /// <summary>s_t = 1.</summary>
    None,

    /// <summary>Trust region: s_t = min(1, tau / G_t), G_t = ||g_t||_{P^-1}.</summary>
    DualNorm,

    /// <summary>Clipping: s_t = min(1, tau / ||g_t||_2).</summary>
    EuclideanNorm,

    /// <summary>Trust region of the gradient before: s_t = min(1, tau / G_{t-1}), s_1 = 1. Predictable, so mini-batches stay unbiased.</summary>
    PreviousDualNorm,

    /// <summary>Normalized: s_t = tau / G_t, 0 where G_t is.</summary>
    Normalized,
}

/// <summary>A deployed optimizer as a formula in one metric (PAPERS 6.8 a-h): rates eta_t, momentum, scaling of the gradient.</summary>
public sealed class DescentForm
{
    /// <summary>Takes the rates.</summary>
    /// <param name="rates">eta_1, ..., eta_T, not negative.</param>
    /// <exception cref="ArgumentException">There are none, or one is negative or not finite.</exception>
    public DescentForm(ImmutableArray<double> rates)
    {
        if (rates.IsDefaultOrEmpty)
            throw new ArgumentException("A run needs at least one rate.", nameof(rates));
        foreach (double rate in rates)
        {
            if (!(rate >= 0) || !double.IsFinite(rate))
                throw new ArgumentException($"A rate is {rate}, expected a number of at least 0.", nameof(rates));
        }

        Rates = rates;
    }

    /// <summary>eta_1, ..., eta_T.</summary>
    public ImmutableArray<double> Rates { get; }

    /// <summary>T.</summary>
    public int Steps => Rates.Length;

    /// <summary>What is done with past gradients. Default: nothing.</summary>
    public MomentumForm Momentum { get; init; }

    /// <summary>mu in [0, 1). Default: 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not: the bounds of 6.8 (f) and (h) need it.</exception>
    public double Mu
    {
        get;
        init => field = value is >= 0 and < 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The momentum mu is expected in [0, 1).");
    }

    /// <summary>How the gradient is scaled. Default: not at all.</summary>
    public GradientScaling Scaling { get; init; }

    /// <summary>tau. Default: infinite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public double Radius
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The radius tau is expected to be positive.");
    } = double.PositiveInfinity;

    /// <summary>What the hints make of the gradients, for <see cref="MomentumForm.Hints"/> alone. It has a memory: one form with hints serves one run at a time.</summary>
    public StepDirections? Directions { get; init; }

    /// <summary>Whether all rates are one.</summary>
    public bool IsConstant => Rates.All(r => r == Rates[0]);

    /// <summary>T steps of one rate.</summary>
    public static DescentForm Constant(double rate, int steps) => new([.. Enumerable.Repeat(rate, steps)]);

    /// <summary>
    /// kap_t, what v_{t-1} still moves theta from step t on, and gam_t, the total weight of g_t in all later steps (PAPERS 6.8 h), t = 1 .. T.
    /// Without momentum and with hints kap = 0, gam = eta.
    /// </summary>
    public (double[] Kappa, double[] Gamma) Coefficients()
    {
        double[] kappa = new double[Steps], gamma = new double[Steps];
        double next = 0;
        for (int t = Steps - 1; t >= 0; t--)
        {
            gamma[t] = ((Momentum == MomentumForm.Nesterov ? 1 + Mu : 1) * Rates[t]) + next;
            kappa[t] = Momentum switch
            {
                MomentumForm.HeavyBall => (Mu * Rates[t]) + (Mu * next),
                MomentumForm.Nesterov => (Mu * Mu * Rates[t]) + (Mu * next),
                _ => 0,
            };
            next = kappa[t];
        }

        return (kappa, gamma);
    }
}
