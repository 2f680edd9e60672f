using System.Numerics;
using MetaMirror.Optimism;
using MetaMirror.UpdateRules;

namespace MetaMirror.Certificates;

/// <summary>
/// The directions of any <see cref="Hint{T}"/> that guesses scaled gradients (<see cref="Hint{T}.TakesScale"/>): the hint itself takes its steps beside the run, on s_t g_t at the
/// schedule's scale f_t; d_t = eta (f_t s_t g_t - h_t + h_{t+1}).
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class HintDirections<T> : StepDirections
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Hint<T> _hint;
    private readonly ParameterLayout _layout;
    private readonly T[] _meta;
    private readonly T[] _factors;
    private readonly double _rate;
    private readonly T[] _state;
    private readonly T[] _scratch;
    private readonly T[] _gradient;
    private readonly T[] _theta;

    /// <summary>Binds a hint to its values.</summary>
    /// <param name="hint">The hint.</param>
    /// <param name="layout">Names and shapes of theta.</param>
    /// <param name="meta">Natural values of the hint's own meta-parameters.</param>
    /// <param name="rate">eta, the rate of the mirror step that follows.</param>
    /// <param name="factors">f_t, the scale that schedules before the hint make, shape [T].</param>
    /// <exception cref="ArgumentException">The hint leaves the scale to the step: its directions depend on rates that come after it.</exception>
    public HintDirections(Hint<T> hint, ParameterLayout layout, ReadOnlySpan<T> meta, double rate, ReadOnlySpan<double> factors)
    {
        ArgumentNullException.ThrowIfNull(hint);
        ArgumentNullException.ThrowIfNull(layout);
        if (!hint.TakesScale)
            throw new ArgumentException($"The hint '{hint.Name}' leaves the scale to the step that follows: only hints of scaled gradients can be replayed.", nameof(hint));
        (_hint, _layout, _rate) = (hint, layout, rate);
        _meta = meta.ToArray();
        _factors = [.. factors.ToArray().Select(T.CreateTruncating)];
        _state = new T[hint.StateLength(layout)];
        _scratch = new T[hint.ScratchLength(layout)];
        _gradient = new T[layout.Length];
        _theta = new T[layout.Length];
    }

    /// <inheritdoc/>
    public override int Length => _layout.Length;

    /// <inheritdoc/>
    public override void Clear() => Array.Clear(_state);

    /// <inheritdoc/>
    public override void Next(int step, ReadOnlySpan<double> scaled, Span<double> direction)
    {
        for (int i = 0; i < _gradient.Length; i++)
            _gradient[i] = T.CreateTruncating(scaled[i]);
        Span<T> scale = [_factors[step]];
        var context = new StepContext<T> { Step = step, Steps = _factors.Length, Age = step, Layout = _layout, Meta = _meta, Scratch = _scratch };
        _hint.Step(context, new Iterate<T>(_theta, _gradient, scale, _state));
        for (int i = 0; i < _gradient.Length; i++)
            direction[i] = _rate * double.CreateTruncating(_gradient[i]);
    }
}
