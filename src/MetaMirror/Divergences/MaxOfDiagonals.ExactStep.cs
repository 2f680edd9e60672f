using System.Numerics;
using MetaMirror.Numerics;

namespace MetaMirror.Divergences;

/// <content>
/// The exact mirror step: z+ = z - eta g, a = argmin h over the simplex, y_i = z+_i / D_i, theta+ = c + y. Derivative on the face
/// S = {a_j &gt; 0}: with (a dP)_i = sum_k a_k dP_ki,
/// r_j = sum_i P_ji y_i dz_i / D_i - sum_i P_ji y_i^2 (a dP)_i / D_i + 1/2 sum_i y_i^2 dP_ji, [H 1; 1^T 0][da; dmu] = [r; 0],
/// dy_i = dz_i / D_i - (y_i / D_i)(sum_{j in S} P_ji da_j + (a dP)_i). The VJP is its transpose.
/// </content>
public sealed partial class MaxOfDiagonals<T>
{
    private void ExactStep(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, Span<T> theta, Span<T> state)
    {
        int n = theta.Length, count = Components;
        Span<double> a = stackalloc double[count], q = stackalloc double[count], h = stackalloc double[count * count];
        Span<T> z = state[..n], c = Center == Center.Start ? state.Slice(CenterOffset(n), n) : [];
        DualAfter(context, eta, gradient, theta, state, z, a);
        if (context.Age == 0 && Center == Center.Start)
            theta.CopyTo(c);

        // A run that diverges is reported by who watches theta; it must get there.
        var problem = new MaxConjugate<T>(count, context.Meta, z);
        if (Vectors.AllFinite<T>(z))
            SimplexWeightSolver.Solve(problem, a, q, h);
        problem.Minimizer(a, theta);
        if (!c.IsEmpty)
            Vectors.AddScaled(T.One, c, theta);
        Narrow(a, state.Slice(n, count));
    }

    private void ExactJvp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        ReadOnlySpan<T> metaTangent, T dEta, ReadOnlySpan<T> dGradient, Span<T> dTheta, Span<T> dState)
    {
        int n = theta.Length, count = Components;
        Span<double> a = stackalloc double[count], r = stackalloc double[count], h = stackalloc double[count * count], da = stackalloc double[count];
        Span<T> z = context.Scratch[..n], dz = dState[..n];
        int first = DualAfter(context, eta, gradient, theta, state, z, a);
        if (context.Age == 0)
        {
            dState.Clear();
            for (int i = 0; i < n && first >= 0; i++)
                dz[i] = (context.Meta[(first * n) + i] * dTheta[i]) + (metaTangent[(first * n) + i] * theta[i]);
            if (Center == Center.Start)
                dTheta.CopyTo(dState.Slice(CenterOffset(n), n));
        }

        for (int i = 0; i < n; i++)
            dz[i] -= (dEta * gradient[i]) + (eta * dGradient[i]);
        var problem = new MaxConjugate<T>(count, context.Meta, z);
        SimplexWeightSolver.Solve(problem, a, r, h);
        Span<bool> face = stackalloc bool[count];
        Face(a, face);
        r.Clear();
        for (int i = 0; i < n; i++)
        {
            double d = problem.Mixed(a, i), y = problem.Dual(i) / d, slope = y * ((problem.Scale * double.CreateTruncating(dz[i])) - (y * Mixed(metaTangent, a, n, i))) / d;
            for (int j = 0; j < count; j++)
                r[j] += (problem.Metric(j, i) * slope) + (y * y * double.CreateTruncating(metaTangent[(j * n) + i]) / 2);
        }

        SimplexFace.Solve(count, h, face, r, da);
        ReadOnlySpan<T> dc = Center == Center.Start ? dState.Slice(CenterOffset(n), n) : [];
        for (int i = 0; i < n; i++)
        {
            double d = problem.Mixed(a, i), y = problem.Dual(i) / problem.Scale / d;
            double dy = (double.CreateTruncating(dz[i]) - (y * (problem.Mixed(da, i) + Mixed(metaTangent, a, n, i)))) / d;
            dTheta[i] = T.CreateTruncating(dy) + (dc.IsEmpty ? T.Zero : dc[i]);
        }

        Narrow(da, dState.Slice(n, count));
    }

    private void ExactVjp(
        in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state,
        Span<T> aTheta, Span<T> aState, Span<T> aGradient, Span<T> aMeta, Span<T> aEta)
    {
        int n = theta.Length, count = Components;
        Span<double> a = stackalloc double[count], s = stackalloc double[count], h = stackalloc double[count * count], w = stackalloc double[count];
        Span<T> z = context.Scratch[..n], aZ = aState[..n];
        int first = DualAfter(context, eta, gradient, theta, state, z, a);
        var problem = new MaxConjugate<T>(count, context.Meta, z);
        SimplexWeightSolver.Solve(problem, a, s, h);
        Span<bool> face = stackalloc bool[count];
        Face(a, face);

        // s: cotangent of da in true units; H is in units of Scale^2, and so is the right side r that w multiplies.
        Widen(aState.Slice(n, count), s);
        for (int i = 0; i < n; i++)
        {
            double d = problem.Mixed(a, i), slope = double.CreateTruncating(aTheta[i]) * problem.Dual(i) / problem.Scale / (d * d);
            for (int j = 0; j < count; j++)
                s[j] -= problem.Metric(j, i) * slope;
        }

        SimplexFace.Solve(count, h, face, s, w);
        double aStep = 0;
        for (int i = 0; i < n; i++)
        {
            double d = problem.Mixed(a, i), y = problem.Dual(i) / d;
            double through = (double.CreateTruncating(aTheta[i]) + (y * problem.Scale * problem.Mixed(w, i))) / d, mixed = -through * y / problem.Scale;
            for (int j = 0; j < count; j++)
                aMeta[(j * n) + i] += T.CreateTruncating((a[j] * mixed) + (w[j] * y * y / 2));
            aZ[i] += T.CreateTruncating(through);
            aGradient[i] -= eta * aZ[i];
            aStep -= double.CreateTruncating(gradient[i]) * double.CreateTruncating(aZ[i]);
        }

        aEta[0] += T.CreateTruncating(aStep);
        ToBefore(context, theta, first, aTheta, aState, aMeta);
    }

    /// <summary>Passes the cotangents of (z, a, c) before the step to where these came from: the state, or theta_1 at Age 0.</summary>
    private void ToBefore(in DivergenceContext<T> context, ReadOnlySpan<T> theta, int first, Span<T> aTheta, Span<T> aState, Span<T> aMeta)
    {
        int n = theta.Length;
        Span<T> aZ = aState[..n], aC = Center == Center.Start ? aState.Slice(CenterOffset(n), n) : [];
        for (int i = 0; i < aC.Length; i++)
            aC[i] += aTheta[i];
        aTheta.Clear();
        aState.Slice(n, Components).Clear();
        if (context.Age != 0)
            return;
        aC.CopyTo(aTheta);
        for (int i = 0; i < n && first >= 0; i++)
        {
            aTheta[i] += context.Meta[(first * n) + i] * aZ[i];
            aMeta[(first * n) + i] += theta[i] * aZ[i];
        }

        aState.Clear();
    }

    /// <summary>z - eta g and the warm start of a. At Age 0, z is the sub-gradient at theta_1: 0 at the center, else P_j1 theta_1, and j1 is returned (-1 otherwise).</summary>
    private int DualAfter(in DivergenceContext<T> context, T eta, ReadOnlySpan<T> gradient, ReadOnlySpan<T> theta, ReadOnlySpan<T> state, Span<T> z, Span<double> a)
    {
        int n = theta.Length, first = -1;
        a.Clear();
        if (context.Age != 0)
        {
            // The step itself works in the state.
            if (!state[..n].Overlaps(z))
                state[..n].CopyTo(z);
            Widen(state.Slice(n, Components), a);
        }
        else if (Center == Center.Start)
        {
            z.Clear();
        }
        else
        {
            first = Largest(context.Meta, theta, [], out _);
            Vectors.Multiply(MetricOf(context.Meta, n, first), theta, z);
            a[first] = 1;
        }

        Vectors.AddScaled(-eta, gradient, z);
        return first;
    }

    private static double Mixed(ReadOnlySpan<T> metrics, ReadOnlySpan<double> a, int n, int i)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
            sum += a[j] * double.CreateTruncating(metrics[(j * n) + i]);
        return sum;
    }

    private static void Face(ReadOnlySpan<double> a, Span<bool> face)
    {
        for (int j = 0; j < a.Length; j++)
            face[j] = a[j] > 0;
    }

    private static void Widen(ReadOnlySpan<T> x, Span<double> destination)
    {
        for (int j = 0; j < x.Length; j++)
            destination[j] = double.CreateTruncating(x[j]);
    }

    private static void Narrow(ReadOnlySpan<double> x, Span<T> destination)
    {
        for (int j = 0; j < x.Length; j++)
            destination[j] = T.CreateTruncating(x[j]);
    }
}
