using MetaMirror.Numerics;

namespace MetaMirror.Certificates;

/// <summary>
/// A formula, followed from a run's own gradients: theta_{t+1} is the mirror step from theta_t along d_t = c_t g_t - h_t + h_{t+1} (PAPERS 6.8 g). Momentum is the hint
/// h_t = -kap_t v_{t-1} (PAPERS 6.8 h): eta_t v_t = gam_t s_t g_t - h_t + h_{t+1}, and with Nesterov's eta_t (s_t g_t + mu v_t) likewise, each with its own kap and gam.
/// </summary>
internal sealed class FormulaReplay
{
    private readonly Geometry _geometry;
    private readonly DescentForm _form;
    private readonly double[] _kappa;
    private readonly double[] _theta;
    private readonly double[] _hint;
    private readonly double[] _buffer;
    private readonly double[] _direction;
    private readonly double[] _state;

    public FormulaReplay(Geometry geometry, DescentForm form, double[] kappa)
    {
        (_geometry, _form, _kappa) = (geometry, form, kappa);
        (_theta, _hint, _buffer, _direction) = (new double[geometry.Length], new double[geometry.Length], new double[geometry.Length], new double[geometry.Length]);
        _state = new double[geometry.StateLength];
    }

    /// <summary>The formula's theta_t.</summary>
    public ReadOnlySpan<double> Theta => _theta;

    /// <summary>h_t, known before g_t.</summary>
    public ReadOnlySpan<double> Hint => _hint;

    /// <summary>Begins at theta_1.</summary>
    public void Start(ReadOnlySpan<double> theta)
    {
        theta.CopyTo(_theta);
        Array.Clear(_hint);
        Array.Clear(_buffer);
        Array.Clear(_state);
        _form.Directions?.Clear();
    }

    /// <summary>Takes step t.</summary>
    /// <param name="t">From 0.</param>
    /// <param name="c">c_t.</param>
    /// <param name="scale">s_t.</param>
    /// <param name="gradient">g_t.</param>
    /// <param name="inverse">P^-1 g_t of a quadratic; empty for other potentials.</param>
    public void Advance(int t, double c, double scale, ReadOnlySpan<double> gradient, ReadOnlySpan<double> inverse)
    {
        double eta = _form.Rates[t], mu = _form.Mu;
        switch (_form.Momentum)
        {
            case MomentumForm.None:
                if (!inverse.IsEmpty)
                {
                    Vectors.AddScaled(-c, inverse, _theta);
                    return;
                }

                Scaled(c, gradient, _direction);
                break;
            case MomentumForm.Optimistic:
                Vectors.LinearCombination(2 * c, gradient, -1, _hint, _direction);
                Scaled(c, gradient, _hint);
                break;
            case MomentumForm.HeavyBall or MomentumForm.Nesterov:
                Vectors.LinearCombination<double>(mu, _buffer, scale, gradient, _buffer);
                if (_form.Momentum == MomentumForm.HeavyBall)
                    Scaled(eta, _buffer, _direction);
                else
                    Vectors.LinearCombination<double>(eta * scale, gradient, eta * mu, _buffer, _direction);
                Scaled(t + 1 < _kappa.Length ? -_kappa[t + 1] : 0, _buffer, _hint);
                break;
            default:
                Scaled(scale, gradient, _buffer);
                _form.Directions!.Next(t, _buffer, _direction);
                Vectors.AddScaled<double>(1, _direction, _hint);
                Vectors.AddScaled(-c, gradient, _hint);
                break;
        }

        _geometry.Step(_direction, _theta, _state, t);
    }

    private static void Scaled(double factor, ReadOnlySpan<double> x, Span<double> result)
    {
        x.CopyTo(result);
        Vectors.Scale(factor, result);
    }
}
