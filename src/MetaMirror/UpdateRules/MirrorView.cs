using System.Collections.Immutable;
using System.Numerics;
using MetaMirror.Divergences;

namespace MetaMirror.UpdateRules;

/// <summary>Where a rule's mirror descent keeps its divergence and learning rate, so that regret bounds can read them.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Divergence">phi.</param>
/// <param name="MetaStart">First index of the divergence's meta-parameters in the rule's.</param>
/// <param name="MetaLength">How many it has.</param>
/// <param name="RateIndex">Index of eta in the rule's meta-parameters.</param>
public sealed record MirrorView<T>(Divergence<T> Divergence, int MetaStart, int MetaLength, int RateIndex)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>First index of the divergence's state in the rule's.</summary>
    public int StateStart { get; init; }

    /// <summary>The rules that change gradient, step or theta as well, in the order in which they act; <see cref="MirrorStepForm{T}"/> reads them as a formula.</summary>
    public ImmutableArray<MirrorCompanion<T>> Company { get; init; } = [];

    /// <summary>True if there are any: the plain bounds then say nothing.</summary>
    public bool HasCompany => Company.Length > 0;

    /// <summary>The same view inside a rule whose meta-parameters and state start later.</summary>
    public MirrorView<T> Shift(int meta, int state) => this with
    {
        MetaStart = MetaStart + meta,
        RateIndex = RateIndex + meta,
        StateStart = StateStart + state,
        Company = [.. Company.Select(c => c with { MetaStart = c.MetaStart + meta })],
    };
}
