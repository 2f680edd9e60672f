using System.Numerics;
using MetaMirror.Divergences;
using MetaMirror.Numerics;

namespace MetaMirror.Tests.Divergences;

/// <summary>A divergence with its buffers: one run at a time.</summary>
internal sealed class DivergenceHarness<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _scratch;

    public DivergenceHarness(Divergence<T> divergence, ParameterLayout layout, T[] meta, T[] theta)
    {
        Divergence = divergence;
        Layout = layout;
        Meta = meta;
        Theta = [.. theta];
        State = new T[divergence.StateLength(layout)];
        _scratch = new T[divergence.ScratchLength(layout)];
    }

    public Divergence<T> Divergence { get; }

    public ParameterLayout Layout { get; }

    public T[] Meta { get; }

    public T[] Theta { get; set; }

    public T[] State { get; set; }

    public int Age { get; set; }

    public DivergenceContext<T> Context
    {
        get
        {
            // What a call leaves in the scratch must not matter to the next one.
            Array.Fill(_scratch, T.NaN);
            return new() { Layout = Layout, Meta = Meta, Scratch = _scratch, Age = Age };
        }
    }

    public void Step(T eta, T[] gradient)
    {
        Divergence.Step(Context, eta, gradient, Theta, State);
        Age++;
    }

    public double Bregman(T[] point, T[] reference) => Divergence.Bregman(Context, point, reference);
}

/// <summary>Draws of the tests, by Philox.</summary>
internal static class Draws
{
    public static RandomStream Stream(int number) => new(new StreamKey(20220304, 0, 0, StreamPurpose.Test, (uint)number));

    public static double[] Normal(ref RandomStream stream, int n, double scale = 1)
    {
        double[] x = new double[n];
        stream.FillNormal(x);
        for (int i = 0; i < n; i++)
            x[i] *= scale;
        return x;
    }

    public static double[] Positive(ref RandomStream stream, int n, double spread = 0.6)
    {
        double[] x = Normal(ref stream, n, spread);
        for (int i = 0; i < n; i++)
            x[i] = Math.Exp(x[i]);
        return x;
    }
}
