using System.Numerics;

namespace MetaMirror.Numerics;

/// <summary>
/// The Sobol sequence in base 2 with the direction numbers of Joe and Kuo ("Constructing Sobol sequences with better two-dimensional
/// projections", SIAM J. Sci. Comput. 2008), in Gray-code order: x_n = xor of v_j over the bits j of n xor (n / 2), 32 bits a coordinate.
/// </summary>
/// <remarks>Scrambled: in each coordinate a random lower triangular binary matrix with unit diagonal is applied to the digits, and a random shift
/// is added (Matousek 1998); the sequence stays a (t, s)-sequence with its t (0 for one coordinate and for the first two: 2^k consecutive points from a multiple of 2^k fill every
/// elementary interval), and each point is uniform.</remarks>
public sealed class SobolSequence
{
    /// <summary>Most coordinates.</summary>
    public const int MostDimensions = 10;

    private const int Bits = 32;
    private const double UnitInLastPlace = 1.0 / (1ul << Bits);

    /// <summary>Per coordinate from the second: degree of the primitive polynomial, its inner coefficients, first m.</summary>
    private static readonly (int Degree, uint Polynomial, uint[] First)[] Numbers =
    [
        (1, 0, [1]),
        (2, 1, [1, 3]),
        (3, 1, [1, 3, 1]),
        (3, 2, [1, 1, 1]),
        (4, 1, [1, 1, 3, 3]),
        (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]),
        (5, 4, [1, 1, 5, 5, 5]),
        (5, 7, [1, 1, 7, 11, 19]),
    ];

    private readonly uint[] directions;
    private readonly uint[] shift;

    /// <summary>The sequence as published: its first point is the origin.</summary>
    /// <param name="dimensions">Coordinates, 1 to <see cref="MostDimensions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too few or too many coordinates.</exception>
    public SobolSequence(int dimensions)
    {
        Dimensions = Require.InRange(dimensions, 1, MostDimensions, nameof(dimensions));
        directions = new uint[dimensions * Bits];
        shift = new uint[dimensions];
        for (int d = 0; d < dimensions; d++)
            Directions(d, directions.AsSpan(d * Bits, Bits));
    }

    /// <summary>The sequence, scrambled.</summary>
    /// <param name="dimensions">Coordinates, 1 to <see cref="MostDimensions"/>.</param>
    /// <param name="stream">Draws the scrambling: 33 words a coordinate.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too few or too many coordinates.</exception>
    public SobolSequence(int dimensions, ref RandomStream stream)
        : this(dimensions)
    {
        Span<uint> rows = stackalloc uint[Bits];
        for (int d = 0; d < dimensions; d++)
        {
            // Row i holds the weights of digits 0 .. i, the first digit being the highest bit.
            for (int i = 0; i < Bits; i++)
            {
                uint diagonal = 1u << (Bits - 1 - i);
                rows[i] = (stream.NextUInt32() & ~(diagonal - 1)) | diagonal;
            }

            foreach (ref uint direction in directions.AsSpan(d * Bits, Bits))
                direction = Scramble(rows, direction);
            shift[d] = stream.NextUInt32();
        }
    }

    /// <summary>Coordinates of a point.</summary>
    public int Dimensions { get; }

    /// <summary>point ← x_index, each coordinate in [0, 1).</summary>
    /// <param name="index">Place in the sequence, from 0.</param>
    /// <param name="point">Shape [Dimensions]; overwritten.</param>
    /// <exception cref="ArgumentException">point has another length.</exception>
    public void Point(uint index, Span<double> point)
    {
        Require.Length(Dimensions, point.Length, nameof(point), "dimensions");
        uint gray = index ^ (index >> 1);
        for (int d = 0; d < point.Length; d++)
        {
            uint digits = shift[d];
            for (uint rest = gray; rest != 0; rest &= rest - 1)
                digits ^= directions[(d * Bits) + BitOperations.TrailingZeroCount(rest)];
            point[d] = digits * UnitInLastPlace;
        }
    }

    /// <summary>v_j = m_j 2^(32 - j), m_j = 2 a_1 m_(j-1) xor ... xor 2^s m_(j-s) xor m_(j-s).</summary>
    private static void Directions(int dimension, Span<uint> v)
    {
        if (dimension == 0)
        {
            for (int j = 0; j < Bits; j++)
                v[j] = 1u << (Bits - 1 - j);
            return;
        }

        (int s, uint a, uint[] m) = Numbers[dimension - 1];
        for (int j = 0; j < s; j++)
            v[j] = m[j] << (Bits - 1 - j);
        for (int j = s; j < Bits; j++)
        {
            v[j] = v[j - s] ^ (v[j - s] >> s);
            for (int k = 1; k < s; k++)
            {
                if (((a >> (s - 1 - k)) & 1) != 0)
                    v[j] ^= v[j - k];
            }
        }
    }

    private static uint Scramble(ReadOnlySpan<uint> rows, uint digits)
    {
        uint scrambled = 0;
        for (int i = 0; i < Bits; i++)
            scrambled |= (uint)(BitOperations.PopCount(rows[i] & digits) & 1) << (Bits - 1 - i);
        return scrambled;
    }
}
