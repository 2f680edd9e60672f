using System.Numerics;
using MetaMirror.Objectives;

namespace MetaMirror.Tests.Objectives;

/// <summary>An objective at a fixed point, meta value and batch, with its derivatives in double, whatever its element type.</summary>
internal sealed class Problem<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public Problem(Objective<T> objective, BatchKey batch)
    {
        Objective = objective;
        Batch = batch;
        Length = objective.Layout.Length;
        Theta = Draws.Normal<T>(Length, 21, 0.7);
        var specs = new MetaParameters<T>([], [], objective.MetaSpecs);
        T[] meta = specs.Natural.ToArray();
        T[] noise = Draws.Normal<T>(meta.Length, 22, 0.1);
        for (int i = 0; i < meta.Length; i++)
            meta[i] += T.Abs(noise[i]);
        Meta = meta;
    }

    public Objective<T> Objective { get; }

    public BatchKey Batch { get; }

    public int Length { get; }

    public T[] Theta { get; }

    public T[] Meta { get; }

    public double Loss(T[] theta) => Objective.Evaluate(theta, Meta, Batch, []);

    public double LossAtMeta(T[] meta) => Objective.Evaluate(Theta, meta, Batch, []);

    public double[] Gradient(T[] theta) => GradientAt(theta, Meta);

    public double[] GradientAt(T[] theta, T[] meta)
    {
        T[] g = Garbage(Length);
        Objective.Evaluate(theta, meta, Batch, g);
        return Draws.ToDouble<T>(g);
    }

    public double[] Products(int count, T[] tangents)
    {
        T[] products = Garbage(count * Length);
        Objective.HessianVectorProducts(Theta, Meta, Batch, count, tangents, products);
        return Draws.ToDouble<T>(products);
    }

    /// <summary>x + h d.</summary>
    public static T[] Along(T[] x, double h, T[] d) => [.. x.Zip(d, (a, b) => a + (T.CreateChecked(h) * b))];

    /// <summary>Outputs are overwritten, never read: NaN would show.</summary>
    private static T[] Garbage(int n)
    {
        T[] values = new T[n];
        Array.Fill(values, T.NaN);
        return values;
    }
}
