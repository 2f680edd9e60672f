using MetaMirror.Objectives;
using MetaMirror.UpdateRules;

namespace MetaMirror.Descents;

/// <summary>What a rule that looks for itself sees of the objective: batches of this step and of earlier ones, counted with the descent's.</summary>
public sealed partial class Descent<T>
{
    private sealed class Probe(Descent<T> descent) : ObjectiveProbe<T>
    {
        public override string ObjectiveName => descent.Objective.GetType().Name.Split('`')[0];

        public override bool MatchesOutputs => descent.Objective.MatchesOutputs;

        public override double Evaluate(ReadOnlySpan<T> point, Span<T> gradient) => Evaluate(0, point, gradient);

        public override double Evaluate(int stepsBack, ReadOnlySpan<T> point, Span<T> gradient)
        {
            BatchKey batch = BatchBefore(stepsBack);
            descent.GradientCount++;
            return descent.Objective.Evaluate(point, descent.Meta.Of(MetaPlace.Objective), batch, gradient);
        }

        public override void HessianVector(ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product) => HessianVector(0, point, v, product);

        public override void HessianVector(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> v, Span<T> product)
        {
            BatchBefore(stepsBack);
            descent.HessianVectorProducts(descent.Position - stepsBack, point, 1, v, product);
        }

        public override double MatchOutputs(int stepsBack, ReadOnlySpan<T> point, ReadOnlySpan<T> target, Span<T> gradient, double share = 1)
        {
            BatchKey batch = BatchBefore(stepsBack);
            descent.GradientCount++;
            return descent.Objective.MatchOutputs(point, target, batch, gradient, share);
        }

        internal override double MatchOutputsHere(ReadOnlySpan<T> theta, ReadOnlySpan<T> target, Span<T> gradient, double share)
        {
            descent.Objective.Point = theta == descent._visited ? descent._point : 0;
            try
            {
                return MatchOutputs(0, theta, target, gradient, share);
            }
            finally
            {
                descent.Objective.Point = 0;
            }
        }

        private BatchKey BatchBefore(int stepsBack)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(stepsBack);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(stepsBack, descent.Position);
            return descent.BatchAt(descent.Position - stepsBack);
        }
    }
}
