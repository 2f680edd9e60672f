using System.Collections.Concurrent;
using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>Rules that are learned for one layout each, as one rule for all layouts of the contract.</summary>
internal sealed class PerLayout<T>(Func<ParameterLayout, UpdateRule<T>> create) : UpdateRule<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ConcurrentDictionary<ParameterLayout, UpdateRule<T>> _rules = new();

    public override string Name => "per-layout";

    public override IReadOnlyList<MetaParameterSpec<T>> MetaSpecs(ParameterLayout layout) => Of(layout).MetaSpecs(layout);

    public override int StateLength(ParameterLayout layout) => Of(layout).StateLength(layout);

    public override int ScratchLength(ParameterLayout layout) => Of(layout).ScratchLength(layout);

    public override void Step(in StepContext<T> context, in Iterate<T> x) => Of(context.Layout).Step(context, x);

    public override void Jvp(in StepContext<T> context, in Iterate<T> x, ReadOnlySpan<T> metaTangent, in Iterate<T> tangent) =>
        Of(context.Layout).Jvp(context, x, metaTangent, tangent);

    public override void Vjp(in StepContext<T> context, in Iterate<T> x, in Iterate<T> cotangent, Span<T> metaCotangent) =>
        Of(context.Layout).Vjp(context, x, cotangent, metaCotangent);

    public UpdateRule<T> Of(ParameterLayout layout)
    {
        if (!_rules.TryGetValue(layout, out UpdateRule<T>? rule))
            _rules[layout] = rule = create(layout);
        return rule;
    }
}
