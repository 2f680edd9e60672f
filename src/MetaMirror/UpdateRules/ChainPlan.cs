using System.Numerics;
using MetaMirror.Optimism;

namespace MetaMirror.UpdateRules;

/// <summary>
/// Where the members of a chain find their meta-parameters, state and values for one layout. To differentiate, the values before each
/// member are rebuilt in scratch; a member whose predecessor left theta or the gradient alone shares them with it.
/// </summary>
internal sealed class ChainPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly (int Start, int Length)[] _meta;
    private readonly (int Start, int Length)[] _state;
    private readonly int[] _thetaSlot;
    private readonly int[] _gradientSlot;
    private readonly int _slots;
    private readonly int _n;
    private readonly int _copiedState;
    private readonly int _memberScratch;

    public ChainPlan(ReadOnlySpan<UpdateRule<T>> members, ParameterLayout layout)
    {
        int k = members.Length;
        var specs = new IReadOnlyList<MetaParameterSpec<T>>[k];
        (_meta, _state) = (new (int, int)[k], new (int, int)[k]);
        (_thetaSlot, _gradientSlot) = (new int[k], new int[k]);
        _n = layout.Length;
        int theta = -1, gradient = -1;
        for (int i = 0; i < k; i++)
        {
            UpdateRule<T> member = members[i];
            specs[i] = member.MetaSpecs(layout);
            _meta[i] = (MetaLength, specs[i].Sum(s => s.Length));
            MetaLength += _meta[i].Length;
            _state[i] = (StateLength, member.StateLength(layout));
            StateLength = checked(StateLength + _state[i].Length);
            _memberScratch = Math.Max(_memberScratch, member.ScratchLength(layout));
            (_thetaSlot[i], _gradientSlot[i]) = (theta, gradient);
            if (i == k - 1)
                continue;
            _copiedState = Math.Max(_copiedState, _state[i].Length);
            if (member is not Schedule<T>)
                gradient = _slots++;
            if (member is not (Schedule<T> or WeightDecay<T> or ClipByNorm<T> or Hint<T>))
                theta = _slots++;
        }

        bool prefixed = specs.Count(s => s.Count > 0) > 1;
        Specs = [.. specs.SelectMany((list, i) => prefixed ? list.Select(s => s with { Name = $"{i}.{s.Name}" }) : list)];
        ScratchLength = checked(k + (_slots * _n) + _copiedState + _memberScratch);
    }

    public IReadOnlyList<MetaParameterSpec<T>> Specs { get; }

    public int MetaLength { get; }

    public int StateLength { get; }

    public int ScratchLength { get; }

    /// <summary>First index of a member's state in the chain's.</summary>
    public int StateStart(int member) => _state[member].Start;

    public int MetaStart(int member) => _meta[member].Start;

    public ReadOnlySpan<T> MetaOf(int member, ReadOnlySpan<T> meta) => meta.Slice(_meta[member].Start, _meta[member].Length);

    public Span<T> MetaOf(int member, Span<T> meta) => meta.Slice(_meta[member].Start, _meta[member].Length);

    public ReadOnlySpan<T> StateOf(int member, ReadOnlySpan<T> state) => state.Slice(_state[member].Start, _state[member].Length);

    public Iterate<T> PartOf(int member, in Iterate<T> x) => x.WithState(_state[member].Start, _state[member].Length);

    /// <summary>The member's context, with the end of the chain's scratch for its own.</summary>
    public StepContext<T> ContextOf(int member, in StepContext<T> context) =>
        context.For(MetaOf(member, context.Meta), context.Scratch.Slice(ScratchLength - _memberScratch, _memberScratch), context.IsAtPoint && _thetaSlot[member] < 0);

    /// <summary>The values before a member, once <see cref="Replay"/> has rebuilt them.</summary>
    public Iterate<T> ValuesBefore(int member, in StepContext<T> context, in Iterate<T> x)
    {
        Span<T> theta = _thetaSlot[member] < 0 ? x.Theta : Slot(_thetaSlot[member], context.Scratch);
        Span<T> gradient = _gradientSlot[member] < 0 ? x.Gradient : Slot(_gradientSlot[member], context.Scratch);
        Span<T> scale = member == 0 ? x.Scale : context.Scratch.Slice(member, 1);
        return new Iterate<T>(theta, gradient, scale, x.State.Slice(_state[member].Start, _state[member].Length));
    }

    /// <summary>Takes the step of every member but the last on copies.</summary>
    public void Replay(ReadOnlySpan<UpdateRule<T>> members, in StepContext<T> context, in Iterate<T> x)
    {
        for (int i = 0; i < members.Length - 1; i++)
        {
            Iterate<T> before = ValuesBefore(i, context, x), after = ValuesBefore(i + 1, context, x);
            if (_thetaSlot[i + 1] != _thetaSlot[i])
                before.Theta.CopyTo(after.Theta);
            if (_gradientSlot[i + 1] != _gradientSlot[i])
                before.Gradient.CopyTo(after.Gradient);
            after.Scale[0] = before.Scale[0];
            Span<T> state = context.Scratch.Slice(members.Length + (_slots * _n), _state[i].Length);
            before.State.CopyTo(state);
            members[i].Step(ContextOf(i, context), new Iterate<T>(after.Theta, after.Gradient, after.Scale, state));
        }
    }

    private Span<T> Slot(int slot, Span<T> scratch) => scratch.Slice(_meta.Length + (slot * _n), _n);
}
