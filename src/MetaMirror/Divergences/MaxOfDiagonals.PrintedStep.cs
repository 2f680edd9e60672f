using System.Numerics;

namespace MetaMirror.Divergences;

/// <content>Eq. 7-8 as printed: theta - eta P_j*^-1 g with j* = argmax_j (theta_t - c)^T P_j (theta_t - c). j* is piecewise constant: its derivative is zero.</content>
public sealed partial class MaxOfDiagonals<T>
{
    private ReadOnlySpan<T> PrintedMetric(in DivergenceContext<T> context, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, out int first)
    {
        int active = Largest(context.Meta, theta, CenterOf(context, theta, state), out _);
        first = active * theta.Length;
        return MetricOf(context.Meta, theta.Length, active);
    }

    private void PrintedStep(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        ReadOnlySpan<T> p = PrintedMetric(context, theta, state, out _);
        if (Center == Center.Start && context.Age == 0)
            theta.CopyTo(state);
        DiagonalStep<T>.Step(eta, gradient, p, theta);
    }

    private void PrintedJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        ReadOnlySpan<T> p = PrintedMetric(context, theta, state, out int first);
        if (Center == Center.Start && context.Age == 0)
            dTheta.CopyTo(dState);
        for (int i = 0; i < theta.Length; i++)
            dTheta[i] -= ((dEta * gradient[i]) + (eta * dGradient[i]) - (eta * gradient[i] * metaTangent[first + i] / p[i])) / p[i];
    }

    private void PrintedVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        ReadOnlySpan<T> p = PrintedMetric(context, theta, state, out int first);
        double slope = 0;
        for (int i = 0; i < theta.Length; i++)
        {
            T scaled = aTheta[i] / p[i], product = gradient[i] * scaled;
            aGradient[i] -= eta * scaled;
            aMeta[first + i] += eta * product / p[i];
            slope += double.CreateTruncating(product);
        }

        aEta[0] -= T.CreateTruncating(slope);
        if (Center != Center.Start || context.Age != 0)
            return;
        for (int i = 0; i < theta.Length; i++)
            aTheta[i] += aState[i];
        aState.Clear();
    }
}
