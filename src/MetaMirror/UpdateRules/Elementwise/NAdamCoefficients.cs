namespace MetaMirror.UpdateRules.Elementwise;

/// <summary>Tangents or cotangents of what NAdam's scalars give: the factors of gradient and moment, and the momentum product.</summary>
internal readonly record struct NAdamTangent(double OfGradient, double OfMoment, double Product);

/// <summary>
/// NAdam's scalars at t = Age + 1 in double: mu = beta1 (1 - 0.96^(t psi) / 2), next = mu_{t+1}, product = p_{t-1} mu,
/// A = eta (1 - mu) / (1 - product), B = eta next / (1 - product next), correction = 1 - beta2^t.
/// </summary>
internal readonly struct NAdamCoefficients
{
    private const double Base = .96;
    private readonly bool _first;
    private readonly double _eta, _previous, _mu, _next, _muByBeta1, _nextByBeta1, _muByPsi, _nextByPsi;

    /// <summary>The scalars of one step.</summary>
    /// <param name="age">Steps taken since the state was reset.</param>
    /// <param name="eta">learning_rate times the scale.</param>
    /// <param name="beta1">beta1.</param>
    /// <param name="beta2">beta2.</param>
    /// <param name="psi">momentum_decay.</param>
    /// <param name="previous">p_{t-1}; ignored at Age 0, where it is 1.</param>
    public NAdamCoefficients(int age, double eta, double beta1, double beta2, double psi, double previous)
    {
        int t = age + 1;
        double power = Math.Pow(Base, t * psi), nextPower = Math.Pow(Base, (t + 1) * psi);
        _first = age == 0;
        _previous = _first ? 1 : previous;
        _eta = eta;
        _muByBeta1 = 1 - (.5 * power);
        _nextByBeta1 = 1 - (.5 * nextPower);
        _mu = beta1 * _muByBeta1;
        _next = beta1 * _nextByBeta1;
        _muByPsi = -.5 * beta1 * power * t * Math.Log(Base);
        _nextByPsi = -.5 * beta1 * nextPower * (t + 1) * Math.Log(Base);
        Product = _previous * _mu;
        OfGradient = eta * (1 - _mu) / (1 - Product);
        OfMoment = eta * _next / (1 - (Product * _next));
        Correction = 1 - Math.Pow(beta2, t);
        CorrectionByBeta2 = -t * Math.Pow(beta2, t - 1);
    }

    /// <summary>p_t.</summary>
    public double Product { get; }

    /// <summary>A, factor of the gradient.</summary>
    public double OfGradient { get; }

    /// <summary>B, factor of the first moment.</summary>
    public double OfMoment { get; }

    /// <summary>1 - beta2^t.</summary>
    public double Correction { get; }

    /// <summary>d correction / d beta2.</summary>
    public double CorrectionByBeta2 { get; }

    private double ByMu => -_eta / (1 - Product);

    private double ByProduct => _eta * (1 - _mu) / ((1 - Product) * (1 - Product));

    private double MomentByNext => _eta / ((1 - (Product * _next)) * (1 - (Product * _next)));

    private double MomentByProduct => MomentByNext * _next * _next;

    /// <summary>Tangents of A, B and p_t.</summary>
    public NAdamTangent Jvp(double dEta, double dBeta1, double dPsi, double dPrevious)
    {
        double dMu = (_muByBeta1 * dBeta1) + (_muByPsi * dPsi), dNext = (_nextByBeta1 * dBeta1) + (_nextByPsi * dPsi);
        double dProduct = (_previous * dMu) + (_first ? 0 : _mu * dPrevious);
        return new NAdamTangent(
            (dEta * (1 - _mu) / (1 - Product)) + (ByMu * dMu) + (ByProduct * dProduct),
            (dEta * _next / (1 - (Product * _next))) + (MomentByNext * dNext) + (MomentByProduct * dProduct),
            dProduct);
    }

    /// <summary>Cotangents of eta, beta1, psi and p_{t-1}.</summary>
    public (double Eta, double Beta1, double Psi, double Previous) Vjp(NAdamTangent a)
    {
        double aProduct = a.Product + (ByProduct * a.OfGradient) + (MomentByProduct * a.OfMoment);
        double aMu = (ByMu * a.OfGradient) + (_previous * aProduct), aNext = MomentByNext * a.OfMoment;
        return (
            (a.OfGradient * (1 - _mu) / (1 - Product)) + (a.OfMoment * _next / (1 - (Product * _next))),
            (aMu * _muByBeta1) + (aNext * _nextByBeta1),
            (aMu * _muByPsi) + (aNext * _nextByPsi),
            _first ? 0 : _mu * aProduct);
    }
}
