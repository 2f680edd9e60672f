using System.Numerics;
using MetaMirror.Descents;
using MetaMirror.UpdateRules;
using MetaMirror.UpdateRules.Online;

namespace MetaMirror.Experiments.Runs;

/// <summary>Regret and last rates of a run whose rates adapt.</summary>
internal sealed class OnlineRateWatch<T>(OnlineRate<T> rule, ParameterLayout layout) : DescentObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public OnlineRegret<T> Regret { get; } = new(rule, layout);

    public T[] Rates { get; private set; } = [];

    public override void Visit(in PathPoint<T> point, ReadOnlySpan<T> state)
    {
        Regret.Visit(point, state);
        ReadOnlySpan<T> rates = rule.Rates(layout, state);
        if (Rates.Length != rates.Length)
            Rates = new T[rates.Length];
        rates.CopyTo(Rates);
    }
}
