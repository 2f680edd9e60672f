using System.Numerics;

namespace MetaMirror.UpdateRules;

/// <summary>State of <see cref="Osgm{T}"/>: p, G, theta_before, shape [3 x n]; then b, the sum of its squared slopes, the rates' step, the sum and number of curvatures seen, accepted steps in a row, L.</summary>
internal readonly ref struct OsgmState<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Vectors = 3, Scalars = 7;
    private readonly Span<T> _numbers;

    /// <summary>The parts of a state of the right length.</summary>
    public OsgmState(Span<T> state)
    {
        int n = Length(state.Length);
        Rates = state[..n];
        Squares = state.Slice(n, n);
        Before = state.Slice(2 * n, n);
        _numbers = state[(Vectors * n)..];
    }

    /// <summary>p.</summary>
    public Span<T> Rates { get; }

    /// <summary>G, the sums of u^2.</summary>
    public Span<T> Squares { get; }

    /// <summary>Where theta was before the last step; theta itself after a null step.</summary>
    public Span<T> Before { get; }

    /// <summary>b.</summary>
    public T Momentum
    {
        get => _numbers[0];
        set => _numbers[0] = value;
    }

    /// <summary>W, the sum of w^2.</summary>
    public double SlopeSquares
    {
        get => double.CreateTruncating(_numbers[1]);
        set => _numbers[1] = T.CreateTruncating(value);
    }

    /// <summary>Step of AdaGrad on the rates.</summary>
    public T Step
    {
        get => _numbers[2];
        set => _numbers[2] = value;
    }

    /// <summary>Accepted steps, each null step taking back two.</summary>
    public int Accepted
    {
        get => int.CreateTruncating(_numbers[5]);
        set => _numbers[5] = T.CreateTruncating(value);
    }

    /// <summary>L as the run has shown it; 0 before that.</summary>
    public T Smoothness
    {
        get => _numbers[6];
        set => _numbers[6] = value;
    }

    /// <summary>Mean of the curvatures seen; not a number where there were none.</summary>
    public double Curvature => double.CreateTruncating(_numbers[3]) / double.CreateTruncating(_numbers[4]);

    /// <summary>Entries for n parameters.</summary>
    public static int LengthOf(int n) => checked((Vectors * n) + Scalars);

    /// <summary>Parameters of a state of so many entries.</summary>
    public static int Length(int entries) => (entries - Scalars) / Vectors;

    /// <summary>Where L is among a state's entries, from the end.</summary>
    public static T SmoothnessOf(ReadOnlySpan<T> state) => state[^1];

    /// <summary>Where b is among a state's entries.</summary>
    public static T MomentumOf(ReadOnlySpan<T> state) => state[^Scalars];

    /// <summary>One more curvature; one that the sum can't hold is not one.</summary>
    public void Add(double curvature)
    {
        T sum = _numbers[3] + T.CreateTruncating(curvature);
        if (!T.IsFinite(sum))
            return;
        _numbers[3] = sum;
        _numbers[4] += T.One;
    }
}
