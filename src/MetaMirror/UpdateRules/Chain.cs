using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace MetaMirror.UpdateRules;

/// <summary>Rules one after the other: each sees what the ones before it made of theta, gradient and scale, and has a state of its own.</summary>
/// <remarks>
/// Chains inside a chain are opened and <see cref="Identity{T}"/> is left out, so Chain() is the identity and Chain(id, x, id) is x.
/// When more than one member has meta-parameters their names get the member's number in front: "0.", "1.". To differentiate, the values
/// before each member are rebuilt in scratch, at the cost of one more step of every member but the last.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Chain<T> : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConditionalWeakTable<ParameterLayout, ChainPlan<T>> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, ChainPlan<T>>.CreateValueCallback _plan;

    /// <summary>Chains rules in the order in which they act.</summary>
    /// <exception cref="ArgumentNullException">A rule is null.</exception>
    /// <exception cref="ArgumentException">More than one rule takes gradients elsewhere than at theta, or one does and another reads or moves theta (<see cref="UpdateRule{T}.UsesTheta"/>).</exception>
    public Chain(params UpdateRule<T>[] rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var members = ImmutableArray.CreateBuilder<UpdateRule<T>>();
        foreach (UpdateRule<T> rule in rules)
        {
            ArgumentNullException.ThrowIfNull(rule, nameof(rules));
            if (rule is Chain<T> chain)
                members.AddRange(chain.Members);
            else if (rule is not Identity<T>)
                members.Add(rule);
        }

        Members = members.ToImmutable();
        RequireOnePoint(Members, nameof(rules));
        _plan = layout => new ChainPlan<T>(Members.AsSpan(), layout);
    }

    /// <summary>The rules, without inner chains and identities.</summary>
    public ImmutableArray<UpdateRule<T>> Members { get; }

    /// <inheritdoc/>
    public override bool ChangesGradient => Members.Any(m => m.ChangesGradient);

    /// <inheritdoc/>
    public override bool PullsBackByGradientAlone => Members.All(m => m.PullsBackByGradientAlone);

    /// <inheritdoc/>
    public override string Name => Members.IsEmpty ? "identity" : string.Join(" > ", Members.Select(m => m.Name));

    /// <inheritdoc/>
    public override bool IsDifferentiable => Members.All(m => m.IsDifferentiable);

    /// <inheritdoc/>
    public override bool UsesTheta => Members.Any(m => m.UsesTheta);

    /// <inheritdoc/>
    public override bool LooksElsewhere => Members.Any(m => m.LooksElsewhere);

    /// <inheritdoc/>
    public override UpdateRule<T>? Resized(ParameterLayout layout)
    {
        UpdateRule<T>[] resized = [.. Members.Select(m => m.Resized(layout)).OfType<UpdateRule<T>>()];
        return resized.Length == Members.Length ? new Chain<T>(resized) : null;
    }

    /// <inheritdoc/>
    /// <remarks>Null unless exactly one member has a mirror descent: a bound speaks about one.</remarks>
    public override MirrorView<T>? Mirror(ParameterLayout layout)
    {
        MirrorView<T>? found = null;
        for (int i = 0; i < Members.Length; i++)
        {
            if (Members[i].Mirror(layout) is not { } view)
                continue;
            if (found is not null)
                return null;
            found = WithMembers(view, i, PlanOf(layout));
        }

        return found;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => PlanOf(layout).Specs;

    /// <inheritdoc/>
    public override int StateLength(ParameterLayout layout) => PlanOf(layout).StateLength;

    /// <inheritdoc/>
    public override int ScratchLength(ParameterLayout layout) => PlanOf(layout).ScratchLength;

    /// <inheritdoc/>
    public override void GradientPoint(in StepContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<T> point)
    {
        ChainPlan<T> plan = PlanOf(context.Layout);
        for (int i = 0; i < Members.Length; i++)
        {
            if (!Members[i].LooksElsewhere)
                continue;
            Members[i].GradientPoint(plan.ContextOf(i, context), theta, plan.StateOf(i, state), point);
            return;
        }

        theta.CopyTo(point);
    }

    /// <inheritdoc/>
    public override void Step(in StepContext<T> context, in Iterate<T> x)
    {
        ChainPlan<T> plan = PlanAt(context, x, context.Meta);
        for (int i = 0; i < Members.Length; i++)
            Members[i].Step(plan.ContextOf(i, context), plan.PartOf(i, x));
    }

    /// <inheritdoc/>
    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent)
    {
        ChainPlan<T> plan = PlanAt(context, x, metaTangent);
        plan.Replay(Members.AsSpan(), context, x);
        for (int i = 0; i < Members.Length; i++)
            Members[i].Jvp(plan.ContextOf(i, context), plan.ValuesBefore(i, context, x), plan.MetaOf(i, metaTangent), plan.PartOf(i, tangent));
    }

    /// <inheritdoc/>
    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent)
    {
        ChainPlan<T> plan = PlanAt(context, x, metaCotangent);
        plan.Replay(Members.AsSpan(), context, x);
        for (int i = Members.Length - 1; i >= 0; i--)
            Members[i].Vjp(plan.ContextOf(i, context), plan.ValuesBefore(i, context, x), plan.PartOf(i, cotangent), plan.MetaOf(i, metaCotangent));
    }

    private static void RequireOnePoint(ImmutableArray<UpdateRule<T>> members, string parameter)
    {
        UpdateRule<T>[] elsewhere = [.. members.Where(m => m.LooksElsewhere)];
        if (elsewhere.Length == 0)
            return;
        if (elsewhere.Length > 1)
            throw new ArgumentException($"Gradients are taken at one point; expected at most one rule that takes them elsewhere than at theta, found {string.Join(", ", elsewhere.Select(m => m.Name))}.", parameter);
        if (members.FirstOrDefault(m => m.UsesTheta && !m.LooksElsewhere) is { } other)
            throw new ArgumentException($"Expected rules beside {elsewhere[0].Name}, whose gradients are not taken at theta, that neither read nor move theta, found {other.Name}.", parameter);
    }

    private MirrorView<T> WithMembers(MirrorView<T> view, int mirror, ChainPlan<T> plan)
    {
        MirrorView<T> shifted = view.Shift(plan.MetaStart(mirror), plan.StateStart(mirror));
        MirrorCompanion<T> Companion(int i) => new(Members[i], plan.MetaStart(i), Follows: i > mirror);
        return shifted with
        {
            Company = [.. Enumerable.Range(0, mirror).Select(Companion), .. shifted.Company, .. Enumerable.Range(mirror + 1, Members.Length - mirror - 1).Select(Companion)],
        };
    }

    private ChainPlan<T> PlanOf(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _plan);
    }

    private ChainPlan<T> PlanAt(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> meta)
    {
        ChainPlan<T> plan = PlanOf(context.Layout);
        context.Layout.RequireLength(x.Theta.Length, nameof(x));
        Require("meta-parameters", context.Meta.Length, plan.MetaLength);
        Require("meta-parameters", meta.Length, plan.MetaLength);
        Require("state entries", x.State.Length, plan.StateLength);
        Require("scratch entries", Math.Min(context.Scratch.Length, plan.ScratchLength), plan.ScratchLength);
        return plan;
    }

    private void Require(string what, int found, int expected)
    {
        if (found != expected)
            throw new ArgumentException($"The chain '{Name}' was given {found} {what}, expected {expected}.", nameof(found));
    }
}
