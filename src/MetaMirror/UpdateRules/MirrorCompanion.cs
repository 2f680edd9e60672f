using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>A rule that acts at the same step as a mirror descent.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Rule">The rule.</param>
/// <param name="MetaStart">First index of its own meta-parameters in those of the whole rule.</param>
/// <param name="Follows">True if it acts after the mirror step, false if before.</param>
public sealed record MirrorCompanion<T>(UpdateRule<T> Rule, int MetaStart, bool Follows)
    where T : unmanaged, IFloatingPointIeee754<T>;
