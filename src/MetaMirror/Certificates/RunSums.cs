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
    private readonly double[] _error;
    private readonly double[] _initial;
    private readonly double[] _final;
    private readonly double[] _gradients;
    private readonly double[] _weighted;
    private readonly double[] _average;
    private readonly double[] _mean;
    private readonly double[] _inverse;
    private readonly double[] _work;
    private readonly FormulaReplay? _replay;
    private readonly FormulaDrift _drift;

    /// <summary>Plans the memory.</summary>
    /// <param name="geometry">The metric.</param>
    /// <param name="form">The optimizer's formula in it; null where there is none: every weight is then 1.</param>
    /// <param name="steps">T.</param>
    /// <exception cref="ArgumentException">The formula has another number of steps, or hints without directions of this length.</exception>
    public RunSums(Geometry geometry, DescentForm? form, int steps)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (form is not null && form.Steps != steps)
            throw new ArgumentException($"The formula has {form.Steps} rates, expected {steps}, one a step.", nameof(form));
        if (form is { Momentum: MomentumForm.Hints } && form.Directions?.Length != geometry.Length)
            throw new ArgumentException($"A formula with hints needs directions of length {geometry.Length}, found {(form.Directions is { } d ? d.Length : "none")}.", nameof(form));
        (Geometry, Form, Steps) = (geometry, form, steps);
        (_kappa, _gamma) = form?.Coefficients() ?? (new double[steps], Enumerable.Repeat(1.0, steps).ToArray());
        (_loss, _weight, _dual, _cross, _inner, _error) = (Scalars(), Scalars(), Scalars(), Scalars(), Scalars(), Scalars());
        (_initial, _final, _gradients, _weighted, _average, _mean) = (Vector(), Vector(), Vector(), Vector(), Vector(), Vector());
        (_inverse, _work) = (Vector(), Vector());
        _replay = form is null ? null : new FormulaReplay(geometry, form, _kappa);
        _drift = new FormulaDrift(geometry.Length);

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
    public double Deviation => IsReplayed ? _drift.Deviation : double.NaN;

    /// <summary>sum c_t &lt;g_t, theta_t - formula_t&gt;: what leaving the formula adds to the weighted linearized regret, exactly. 0 where nothing was replayed.</summary>
    public double Drift => _drift.Sum;

    /// <summary>Unit of rounding of the run: of float or double. Default: double's.</summary>
    public double RoundingUnit { get; init; } = Math.BitIncrement(1.0) - 1;

    /// <summary>l(theta_t), on the batch of the step.</summary>
    public ReadOnlySpan<double> Losses => _loss.AsSpan(0, Count);

    /// <summary>c_t = gam_t s_t, the weight that g_t really got; 1 without a formula.</summary>
    public ReadOnlySpan<double> Weights => _weight.AsSpan(0, Count);

    /// <summary>G_t = ||g_t||_{P^-1}.</summary>
    public ReadOnlySpan<double> DualNorms => _dual.AsSpan(0, Count);

    /// <summary>c_t &lt;g_t, h_t&gt;_{P^-1} of the hint h_t in a quadratic geometry, 0 in others; -kap_t v_{t-1} is the hint of momentum.</summary>
    public ReadOnlySpan<double> HintProducts => _cross.AsSpan(0, Count);

    /// <summary>||c_t g_t - h_t||_*^2 of the hint h_t in a geometry that is not quadratic, c_t^2 G_t^2 without hints; 0 in quadratic ones, whose identity needs the products alone.</summary>
    public ReadOnlySpan<double> HintErrors => _error.AsSpan(0, Count);

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

    /// <summary>
    /// What the steps add to B(u||theta_1) in the bound of sum c_t &lt;g_t, theta_t - u&gt; (PAPERS 6.8 b, g, h): 1/2 sum ||c_t g_t - h_t||_*^2, of a quadratic by its identity
    /// 1/2 sum (||c_t g_t - h_t||^2 - ||h_t||^2) = sum (c_t^2 G_t^2 / 2 - c_t &lt;g_t, h_t&gt;). Without hints both are 1/2 sum c_t^2 G_t^2.
    /// </summary>
    public double StepTerm => Geometry.IsQuadratic ? (SquaredSteps / 2) - Vectors.Sum(HintProducts) : Vectors.Sum(HintErrors) / 2;

    /// <summary>||g_T||_2 of the last gradient.</summary>
    public double LastGradientNorm { get; private set; }

    /// <summary>Whether the formula is replayed beside the run.</summary>
    public bool IsReplayed => _replay is not null;

    /// <summary>
    /// Largest deviation that is taken for rounding: some roundings of the run's element type a step; where a potential is not quadratic at least half the digits, for its steps may be
    /// solved by iteration.
    /// </summary>
    public double DeviationLimit => Math.Max(FormulaDrift.Limit(Steps, RoundingUnit), Geometry.IsQuadratic ? 0 : Math.Sqrt(RoundingUnit));

    /// <summary>Largest deviation in theorems that have no place for <see cref="Drift"/>: half the digits, and no more of them where the run is long.</summary>
    public double StrictDeviationLimit => Math.Min(DeviationLimit, Math.Sqrt(RoundingUnit));

    /// <summary>Forgets the run.</summary>
    public void Clear()
    {
        Count = 0;
        IsFinished = false;
        (WeightSum, WeightedInner, SquaredSteps, LastGradientNorm) = (0, 0, 0, 0);
        _drift.Clear();
        foreach (double[] values in (ReadOnlySpan<double[]>)[_gradients, _weighted, _average, _mean])
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
            _replay?.Start(theta);
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
        if (_replay is not null)
            Replay(_replay, theta, gradient, t, c, scale);
        Count++;
    }

    /// <summary>Ends the run.</summary>
    /// <param name="theta">theta_{T+1}.</param>
    public void Finish(ReadOnlySpan<double> theta)
    {
        theta.CopyTo(_final);
        IsFinished = Count == Steps;
        if (_replay is not null)
            _drift.Compare(theta, _replay.Theta);
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
        GradientScaling.Normalized => norm > 0 ? Form.Radius / norm : 0,
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

    /// <summary>What the hint h_t was worth, and how far the run has left its formula.</summary>
    private void Replay(FormulaReplay replay, ReadOnlySpan<double> theta, ReadOnlySpan<double> gradient, int t, double c, double scale)
    {
        _drift.Add(theta, replay.Theta, c, gradient);
        bool hinted = Form!.Momentum != MomentumForm.None;
        if (Geometry.IsQuadratic)
        {
            _cross[t] = hinted ? c * Vectors.Dot<double>(replay.Hint, _inverse) : 0;
        }
        else if (hinted)
        {
            Vectors.LinearCombination(c, gradient, -1, replay.Hint, _work);
            _error[t] = Geometry.SquaredDualNorm(_work);
        }
        else
        {
            _error[t] = c * c * _dual[t] * _dual[t];
        }

        replay.Advance(t, c, scale, gradient, Geometry.IsQuadratic ? _inverse : []);
    }
}
