using System.Numerics;
using MetaMirror.UpdateRules;

namespace MetaMirror.Tests.UpdateRules;

/// <summary>What rules that look for themselves see in the contract: f = sum_i (x_i^2 / 2 - x_i / 4), lower than the contract's loss of 0 at some points and higher at others.</summary>
internal sealed class ContractProbe<T> : ObjectiveProbe<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T Quarter = T.CreateTruncating(.25);

    public override string ObjectiveName => "contract";

    public override bool MatchesOutputs => false;

    public override double Evaluate(ReadOnlySpan<T> point, Span<T> gradient)
    {
        double loss = 0;
        for (int i = 0; i < point.Length; i++)
        {
            double x = double.CreateTruncating(point[i]);
            loss += (x * x / 2) - (x / 4);
            if (!gradient.IsEmpty)
                gradient[i] = point[i] - Quarter;
        }

        return loss;
    }

    public override double Evaluate(int stepsBack, ReadOnlySpan<T> point, Span<T> gradient) => Evaluate(point, gradient);

    public override void HessianVector(ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product) => v.CopyTo(product);

    public override void HessianVector(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product) => v.CopyTo(product);

    public override double MatchOutputs(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> target, Span<T> gradient, double share = 1) => throw new NotSupportedException("The contract's objective has no outputs.");
}
