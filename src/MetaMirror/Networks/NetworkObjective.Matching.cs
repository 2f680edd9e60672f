using MetaMirror.Objectives;

namespace MetaMirror.Networks;

/// <summary>Outputs at one point matched to those at another.</summary>
public sealed partial class NetworkObjective<T>
{
    private NetworkPass<T>? _targetPass;

    /// <inheritdoc/>
    public override bool MatchesOutputs => Loss.HasDivergence;

    /// <inheritdoc/>
    /// <remarks>
    /// One forward pass at the target and one backward pass; one more forward pass at theta unless the last evaluation was there, on this batch and in one piece. BatchNorm as in
    /// training.
    /// </remarks>
    public override double MatchOutputs(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, in BatchKey batch, Span<T> gradient, double share = 1)
    {
        Layout.RequireLength(theta.Length, nameof(theta));
        Layout.RequireLength(target.Length, nameof(target));
        Layout.RequireLength(gradient.Length, nameof(gradient));
        BatchKey key = KeyOf(batch);
        bool isHeld = Holds(theta, key) != Reached.Nothing && !_isRecalled;
        if (!isHeld)
            _loaded = Load(key);
        if (_targetPass is null || _targetPass.Capacity < _pass.Capacity)
            _targetPass = new NetworkPass<T>(Network, _pass.Capacity, derivatives: false);
        _targetPass.Team = _pass.Team;
        double sum = 0;
        int matched = MatchedRows(_loaded, share, Network.CouplesRows ? BatchKey.Full : key);
        for (int start = 0; start < matched; start += _pass.Capacity)
        {
            Segment s = At(start, matched);
            _targetPass.Value(target, s.Rows, s.Inputs);
            if (isHeld)
                _pass.KeepFirst(s.Rows);
            else
                _pass.Value(theta, s.Rows, s.Inputs);
            Passes = Passes with { Forward = Passes.Forward + (isHeld ? 1 : 2) };
            sum += Loss.Divergence(Network.Output.Size, _pass.Scores, _targetPass.Scores, s.Scale, _pass.Cotangent);
            Pull(theta, s, gradient, fresh: start == 0);
        }

        // The cotangents are the divergence's now, no longer the loss's.
        _reached = Reached.Nothing;
        return sum / matched;
    }
}

/// <summary>Passes through a network.</summary>
/// <param name="Forward">Values.</param>
/// <param name="Backward">Cotangents.</param>
internal readonly record struct PassCount(long Forward, long Backward);
