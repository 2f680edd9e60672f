using System.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>max_j 1/2 (theta - c)^T P_j (theta - c): the exact step by trying every face of the simplex, or Eq. 7-8 as printed.</summary>
internal sealed class MaxReference(int components, bool centered, bool exact) : ScalarReference
{
    private const int NewtonSteps = 80;

    public override Complex[] Run(Complex eta, Complex[][] gradients, Complex[] theta, Complex[] meta)
    {
        int n = theta.Length;
        Complex[] c = centered ? theta : new Complex[n], x = [.. theta];
        int j1 = Largest(x, c, meta);
        Complex[] z = [.. x.Select((value, i) => meta[(j1 * n) + i] * (value - c[i]))];
        foreach (Complex[] g in gradients)
        {
            int active = Largest(x, c, meta);
            for (int i = 0; i < n; i++)
            {
                z[i] -= eta * g[i];
                x[i] -= eta * g[i] / meta[(active * n) + i];
            }

            if (!exact)
                continue;
            Complex[] a = Weights(components, z, meta);
            x = [.. z.Select((value, i) => c[i] + (value / Mixed(a, meta, n, i)))];
        }

        return x;
    }

    public override Complex Bregman(Complex[] point, Complex[] reference, Complex[] meta)
    {
        int n = point.Length;
        Complex[] zero = new Complex[n];
        if (centered)
            return Quadratic(Largest(point, reference, meta), point, reference, meta);
        int j1 = Largest(reference, zero, meta);
        return Quadratic(Largest(point, zero, meta), point, zero, meta) - Quadratic(j1, reference, zero, meta)
            - Sum(n, i => meta[(j1 * n) + i] * reference[i] * (point[i] - reference[i]));
    }

    public override Complex StrongConvexity(Complex[] meta) => Smallest(meta);

    public override Complex DualNormSquared(Complex[] g, Complex[] meta) =>
        Sum(g.Length, i => g[i] * g[i] / Smallest(Enumerable.Range(0, components).Select(j => meta[(j * g.Length) + i])));

    /// <summary>a* by enumeration: on every face, Newton's method for equal q_j; the face that meets the KKT conditions wins.</summary>
    public static Complex[] Weights(int components, Complex[] z, Complex[] meta)
    {
        for (int mask = 1; mask < 1 << components; mask++)
        {
            int[] face = [.. Enumerable.Range(0, components).Where(j => (mask & (1 << j)) != 0)];
            Complex[]? a = OnFace(components, face, z, meta);
            if (a is null || a.Any(x => x.Real < 0))
                continue;
            Complex[] q = Values(components, a, z, meta);
            if (q.All(x => x.Real <= q[face[0]].Real * (1 + 1e-12)))
                return a;
        }

        throw new InvalidOperationException("No face meets the KKT conditions.");
    }

    private static Complex[]? OnFace(int components, int[] face, Complex[] z, Complex[] meta)
    {
        int n = z.Length, k = face.Length;
        Complex[] a = new Complex[components];
        foreach (int j in face)
            a[j] = 1.0 / k;
        for (int step = 0; step < NewtonSteps; step++)
        {
            // Newton for max h on the face: [H 1; 1^T 0][da; mu] = [q; 0], damped while D would lose its sign.
            Complex[] q = Values(components, a, z, meta);
            var system = new Complex[k + 1, k + 2];
            for (int r = 0; r < k; r++)
            {
                for (int s = 0; s < k; s++)
                {
                    system[r, s] = Sum(n, i =>
                    {
                        Complex d = Mixed(a, meta, n, i);
                        return meta[(face[r] * n) + i] * meta[(face[s] * n) + i] * z[i] * z[i] / (d * d * d);
                    });
                }

                system[r, k] = system[k, r] = 1;
                system[r, k + 1] = q[face[r]];
            }

            Complex[] da = Eliminate(system, k + 1);
            Complex[] next = [.. a];
            double t = 1;
            for (; t > 1e-6; t /= 2)
            {
                next = [.. a];
                for (int r = 0; r < k; r++)
                    next[face[r]] += t * da[r];
                if (Enumerable.Range(0, n).All(i => Mixed(next, meta, n, i).Real > Mixed(a, meta, n, i).Real / 10))
                    break;
            }

            a = next;
        }

        Complex[] final = Values(components, a, z, meta);
        return face.All(j => Complex.Abs(final[j] - final[face[0]]) <= 1e-10 * Complex.Abs(final[face[0]])) ? a : null;
    }

    private static Complex[] Values(int components, Complex[] a, Complex[] z, Complex[] meta) =>
        [.. Enumerable.Range(0, components).Select(j => Sum(z.Length, i =>
        {
            Complex theta = z[i] / Mixed(a, meta, z.Length, i);
            return meta[(j * z.Length) + i] * theta * theta / 2;
        }))];

    private static Complex Mixed(Complex[] a, Complex[] meta, int n, int i) => Sum(a.Length, j => a[j] * meta[(j * n) + i]);

    private static Complex Quadratic(int j, Complex[] x, Complex[] c, Complex[] meta) =>
        Sum(x.Length, i => meta[(j * x.Length) + i] * (x[i] - c[i]) * (x[i] - c[i]) / 2);

    private int Largest(Complex[] x, Complex[] c, Complex[] meta) => Enumerable.Range(0, components).MaxBy(j => Quadratic(j, x, c, meta).Real);

    private static Complex[] Eliminate(Complex[,] m, int size)
    {
        for (int p = 0; p < size; p++)
        {
            int best = Enumerable.Range(p, size - p).MaxBy(r => Complex.Abs(m[r, p]));
            for (int s = 0; s <= size; s++)
                (m[p, s], m[best, s]) = (m[best, s], m[p, s]);
            for (int r = 0; r < size; r++)
            {
                if (r == p)
                    continue;
                Complex factor = m[r, p] / m[p, p];
                for (int s = p; s <= size; s++)
                    m[r, s] -= factor * m[p, s];
            }
        }

        return [.. Enumerable.Range(0, size).Select(r => m[r, size] / m[r, r])];
    }
}
