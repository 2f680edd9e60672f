namespace MetaMirror.Networks;

/// <summary>Outputs at one point matched to those at another.</summary>
public sealed partial class NetworkObjective<T>
{
    private T[] _targetScores = [];

    /// <inheritdoc/>
    public override bool MatchesOutputs => Loss.HasDivergence;

    /// <inheritdoc/>
    /// <remarks>Two forward passes and one backward pass; BatchNorm as in training.</remarks>
    public override double MatchOutputs(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, in BatchKey batch, Span<T> gradient)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        Layout.RequireLength(target.Length, nameof(target));
        Layout.RequireLength(gradient.Length, nameof(gradient));
        _loaded = Load(KeyOf(batch));
        int outputs = Network.Output.Size, needed = Math.Min(_pass.Capacity, _loaded) * outputs;
        if (_targetScores.Length < needed)
            _targetScores = new T[needed];
        double sum = 0;
        for (int start = 0; start < _loaded; start += _pass.Capacity)
        {
            Segment s = At(start);
            Span<T> y = _targetScores.AsSpan(0, s.Rows * outputs);
            _pass.Value(target, s.Rows, s.Inputs);
            _pass.Scores.CopyTo(y);
            _pass.Value(theta, s.Rows, s.Inputs);
            sum += Loss.Divergence(outputs, _pass.Scores, y, s.Scale, _pass.Cotangent);
            _pass.Cotangents(theta, s.Inputs, gradient, fresh: start == 0);
        }

        return sum / _loaded;
    }
}
