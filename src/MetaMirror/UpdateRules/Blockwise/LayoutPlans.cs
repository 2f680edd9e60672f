using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace MetaMirror.UpdateRules.Blockwise;

/// <summary>Makes the plan of each layout once.</summary>
/// <param name="make">The plans of a layout's tensors, in order.</param>
internal sealed class LayoutPlans<TPlan>(Func<ParameterLayout, ImmutableArray<TPlan>> make)
    where TPlan : TensorPlan
{
    private readonly ConditionalWeakTable<ParameterLayout, LayoutPlan<TPlan>> _plans = [];
    private readonly ConditionalWeakTable<ParameterLayout, LayoutPlan<TPlan>>.CreateValueCallback _make = layout => new LayoutPlan<TPlan>(make(layout));

    public LayoutPlan<TPlan> Of(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return _plans.GetValue(layout, _make);
    }
}
