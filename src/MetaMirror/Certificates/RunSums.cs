using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>
/// What certificates need of one run, collected while it goes on: O(n) vectors, a few scalars a step, everything double and summed in fixed lanes.
/// Steps allocate nothing. The deployed optimizer's formula is replayed in double beside the run, so that "the run follows this formula" is checked, not believed.
/// </summary>
public sealed class RunSums
{
    private readonly double[] _kappa;
    private readonly double[] _gamma;
    private readonly double[] _loss;
    private readonly double[] _weight;
    private readonly double[] _dual;
    private readonly double[] _cross;
    private readonly double[] _inner;
    private readonly double[] _initial;
    private readonly double[] _final;
    private readonly double[] _gradients;
    private readonly double[] _weighted;
    private readonly double[] _average;
    private readonly double[] _mean;
    private readonly double[] _shadow;
    private readonly double[] _inverse;
    private readonly double[] _buffer;
    private readonly double[] _work;
    private double _size;

    /// <summary>Plans the memory.</summary>
    /// <param name="geometry">The metric.</param>
    /// <param name="form">The optimizer's formula in it; null where there is none: every weight is then 1.</param>
    /// <param name="steps">T.</param>
    /// <exception cref="ArgumentException">The formula has another number of steps, or needs a quadratic geometry and this one is not.</exception>
    public RunSums(Geometry geometry, DescentForm? form, int steps)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (form is not null && form.Steps != steps)
            throw new ArgumentException($"The formula has {form.Steps} rates, expected {steps}, one a step.", nameof(form));
        if (form is { Momentum: not MomentumForm.None } && !geometry.IsQuadratic)
            throw new ArgumentException($"Momentum and hints are certified in a quadratic geometry, found '{geometry.Name}'.", nameof(form));
        (Geometry, Form, Steps) = (geometry, form, steps);
        (_kappa, _gamma) = form?.Coefficients() ?? (new double[steps], Enumerable.Repeat(1.0, steps).ToArray());
        (_loss, _weight, _dual, _cross, _inner) = (Scalars(), Scalars(), Scalars(), Scalars(), Scalars());
        (_initial, _final, _gradients, _weighted, _average, _mean) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector());
        (_shadow, _inverse, _buffer, _work) = (Vector(), Vector(), Vector(), Vector());
        Deviation = IsReplayed ? 0 : double.NaN;

        double[] Scalars() => new double[steps];
        double[] Vector() => new double[geometry.Length];
    }

    /// <summary>The metric.</summary>
    public Geometry Geometry { get; }

    /// <summary>The optimizer's formula; null where there is none.</summary>
    public DescentForm? Form { get; }

    /// <summary>T.</summary>
    public int Steps { get; }

    /// <summary>Steps seen.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the run came to its end.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Largest distance between the run and its formula, relative to the largest theta so far; not a number where nothing was replayed.</summary>
    public double Deviation { get; private set; }

    /// <summary>sum c_t &lt;g_t, theta_t - formula_t&gt;: what leaving the formula adds to the weighted linearized regret, exactly. 0 where nothing was replayed.</summary>
    public double Drift { get; private set; }

    /// <summary>Unit of rounding of the run: of float or double. Default: double's.</summary>
    public double RoundingUnit { get; init; } = Math.BitIncrement(1.0) - 1;

    /// <summary>l(theta_t), on the batch of the step.</summary>
    public ReadOnlySpan<double> Losses => _loss.AsSpan(0, Count);

    /// <summary>c_t = gam_t s_t, the weight that g_t really got; 1 without a formula.</summary>
    public ReadOnlySpan<double> Weights => _weight.AsSpan(0, Count);

    /// <summary>G_t = ||g_t||_{P^-1}.</summary>
    public ReadOnlySpan<double> DualNorms => _dual.AsSpan(0, Count);

    /// <summary>c_t &lt;g_t, h_t&gt;_{P^-1} of the hint h_t; -kap_t v_{t-1} is the hint of momentum.</summary>
    public ReadOnlySpan<double> HintProducts => _cross.AsSpan(0, Count);

    /// <summary>&lt;g_t, theta_t - theta_1&gt;.</summary>
    public ReadOnlySpan<double> Inner => _inner.AsSpan(0, Count);

    /// <summary>kap_t.</summary>
    public ReadOnlySpan<double> Kappa => _kappa;

    /// <summary>gam_t.</summary>
    public ReadOnlySpan<double> Gamma => _gamma;

    /// <summary>theta_1.</summary>
    public ReadOnlySpan<double> Initial => _initial;

    /// <summary>theta_{T+1}.</summary>
    public ReadOnlySpan<double> Final => _final;

    /// <summary>sum g_t.</summary>
    public ReadOnlySpan<double> GradientSum => _gradients;

    /// <summary>sum c_t g_t.</summary>
    public ReadOnlySpan<double> WeightedGradient => _weighted;

    /// <summary>thetabar = sum c_t theta_t / C.</summary>
    public ReadOnlySpan<double> Average => _average;

    /// <summary>The plain mean of theta_t.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>C = sum c_t.</summary>
    public double WeightSum { get; private set; }

    /// <summary>sum c_t &lt;g_t, theta_t - theta_1&gt;.</summary>
    public double WeightedInner { get; private set; }

    /// <summary>sum c_t^2 G_t^2.</summary>
    public double SquaredSteps { get; private set; }

    /// <summary>||g_T||_2 of the last gradient.</summary>
    public double LastGradientNorm { get; private set; }

    /// <summary>Whether the formula is replayed beside the run.</summary>
    public bool IsReplayed => Form is not null && Geometry.IsQuadratic;

    /// <summary>Largest deviation that is taken for rounding: some roundings of the run's element type a step.</summary>
    public double DeviationLimit => 16 * (Steps + 16) * RoundingUnit;

    /// <summary>Largest deviation in theorems that have no place for <see cref="Drift"/>: half the digits, and no more of them where the run is long.</summary>
    public double StrictDeviationLimit => Math.Min(DeviationLimit, Math.Sqrt(RoundingUnit));

    /// <summary>Forgets the run.</summary>
    public void Clear()
    {
        Count = 0;
        IsFinished = false;
        (WeightSum, WeightedInner, SquaredSteps, LastGradientNorm, Drift, _size) = (0, 0, 0, 0, 0, 0);
        Deviation = IsReplayed ? 0 : double.NaN;
        foreach (double[] values in (ReadOnlySpan<double[]>)[_gradients, _weighted, _average, _mean, _buffer])
            Array.Clear(values);
    }

    /// <summary>Adds a step, before its update.</summary>
    /// <param name="theta">theta_t, shape [n].</param>
    /// <param name="gradient">g_t, shape [n].</param>
    /// <param name="loss">l(theta_t).</param>
    /// <exception cref="InvalidOperationException">The run has more steps than planned.</exception>
    public void Add(ReadOnlySpan<double> theta, ReadOnlySpan<double> gradient, double loss)
    {
        int t = Count;
        if (t == Steps)
            throw new InvalidOperationException($"The run has more steps than the {Steps} planned.");
        if (t == 0)
        {
            theta.CopyTo(_initial);
            theta.CopyTo(_shadow);
        }

        double square;
        if (Geometry.IsQuadratic)
        {
            Geometry.ApplyInverse(gradient, _inverse);
            square = Math.Max(0, Vectors.Dot(gradient, _inverse));
        }
        else
        {
            square = Geometry.SquaredDualNorm(gradient);
        }

        LastGradientNorm = Math.Sqrt(Vectors.SquaredNorm(gradient));
        double norm = Math.Sqrt(square), scale = Scale(t, norm), c = _gamma[t] * scale;
        Vectors.Subtract(theta, _initial, _work);
        (_loss[t], _weight[t], _dual[t], _inner[t]) = (loss, c, norm, Vectors.Dot<double>(gradient, _work));
        SquaredSteps += c * c * square;
        WeightedInner += c * _inner[t];
        Vectors.AddScaled(1, gradient, _gradients);
        Vectors.AddScaled(c, gradient, _weighted);
        Accumulate(theta, c, t);
        if (IsReplayed)
            Replay(theta, gradient, t, c, scale);
        Count++;
    }

    /// <summary>Ends the run.</summary>
    /// <param name="theta">theta_{T+1}.</param>
    public void Finish(ReadOnlySpan<double> theta)
    {
        theta.CopyTo(_final);
        IsFinished = Count == Steps;
        if (!IsReplayed)
            return;

        // After the last step nothing of v is still to come; of hints the last one is.
        if (Form!.Momentum == MomentumForm.Optimistic)
            Compare(theta, -1);
        else
            Compare(theta, 0);
    }

    /// <summary>sum c_t &lt;g_t, theta_t - u&gt;, for any u.</summary>
    public double LinearizedRegret(ReadOnlySpan<double> u) => WeightedInner - Along(_weighted, u);

    /// <summary>sum &lt;g_t, theta_t - u&gt;, for any u.</summary>
    public double PlainLinearizedRegret(ReadOnlySpan<double> u) => Vectors.Sum(Inner) - Along(_gradients, u);

    /// <summary>sum c_t (l(theta_t) - l(u)), with u's loss on each step's batch.</summary>
    /// <param name="losses">One loss for all steps, or shape [T].</param>
    public double WeightedRegret(ReadOnlySpan<double> losses)
    {
        double sum = 0;
        for (int t = 0; t < Count; t++)
            sum += _weight[t] * (_loss[t] - losses[losses.Length == 1 ? 0 : t]);
        return sum;
    }

    private double Along(double[] gradient, ReadOnlySpan<double> u)
    {
        Vectors.Subtract(u, _initial, _work);
        return Vectors.Dot<double>(gradient, _work);
    }

    private double Scale(int t, double norm) => Form?.Scaling switch
    {
        GradientScaling.DualNorm => Within(norm),
        GradientScaling.EuclideanNorm => Within(LastGradientNorm),
        GradientScaling.PreviousDualNorm => t == 0 ? 1 : Within(_dual[t - 1]),
        _ => 1,
    };

    private double Within(double norm) => norm > Form!.Radius ? Form.Radius / norm : 1;

    /// <summary>Running means, so that large sums never cancel.</summary>
    private void Accumulate(ReadOnlySpan<double> theta, double c, int t)
    {
        WeightSum += c;
        Vectors.LinearCombination<double>(t / (t + 1.0), _mean, 1 / (t + 1.0), theta, _mean);
        if (WeightSum > 0)
            Vectors.LinearCombination<double>(1 - (c / WeightSum), _average, c / WeightSum, theta, _average);
    }

    /// <summary>theta_t = z_t + kap_t P^-1 v_{t-1} (momentum) or z_t - P^-1 h_t (hints); z_{t+1} = z_t - c_t P^-1 g_t. The buffer holds P^-1 v or P^-1 h.</summary>
    private void Replay(ReadOnlySpan<double> theta, ReadOnlySpan<double> gradient, int t, double c, double scale)
    {
        DescentForm form = Form!;
        bool isHint = form.Momentum == MomentumForm.Optimistic;
        double factor = isHint ? 1 : -_kappa[t];
        Compare(theta, -factor);
        Drift += c * Vectors.Dot<double>(gradient, _work);
        _cross[t] = c * factor * Vectors.Dot<double>(gradient, _buffer);
        Vectors.AddScaled<double>(-c, _inverse, _shadow);
        switch (form.Momentum)
        {
            case MomentumForm.Optimistic:
                _inverse.CopyTo(_buffer, 0);
                Vectors.Scale<double>(c, _buffer);
                break;
            case MomentumForm.HeavyBall or MomentumForm.Nesterov:
                Vectors.LinearCombination<double>(form.Mu, _buffer, scale, _inverse, _buffer);
                break;
        }
    }

    /// <summary>Leaves theta less the formula in the work vector.</summary>
    private void Compare(ReadOnlySpan<double> theta, double factor)
    {
        Vectors.LinearCombination<double>(1, _shadow, factor, _buffer, _work);
        // Rounding of a large point stays when the run comes back to a small one.
        _size = Math.Max(_size, Math.Sqrt(Vectors.SquaredNorm<double>(_work)) + Math.Sqrt(Vectors.SquaredNorm(theta)));
        Vectors.Subtract(theta, _work, _work);
        double distance = Math.Sqrt(Vectors.SquaredNorm<double>(_work));
        if (distance > 0 || double.IsNaN(distance))
            Deviation = double.IsNaN(distance) ? double.PositiveInfinity : Math.Max(Deviation, distance / _size);
    }
}
