namespace MetaMirror.Numerics;

/// <summary>How a product with a sparse left factor is cut: by its shape and the vectors at hand alone.</summary>
internal readonly struct SparsePlan
{
    /// <summary>Fewest and most vectors of columns per panel: each value that is broadcast should serve many products.</summary>
    private const int FewestVectors = 4, MostVectors = 8;

    /// <summary>Vectors of a panel where there are several: narrow enough that longer runs of p need no second segment (measured).</summary>
    private const int UsualVectors = 5;

    /// <summary>Vectors that a panel for groups of rows has at most: four rows of accumulators, and the rest, in 32 registers.</summary>
    private const int MostGroupVectors = 6;

    /// <summary>Bytes of a segment of a panel: most of it should stay in the first-level cache. Groups of rows load less of it.</summary>
    private const int SegmentBytes = 40 << 10, GroupSegmentBytes = 80 << 10;

    /// <summary>Rows listed at once: their entries should stay in the second-level cache.</summary>
    private const int MostRows = 512;

    /// <summary>Elements listed at once, for the same reason.</summary>
    private const int MostEntries = 1 << 17;

    /// <summary>Items to share out at least, rows of one at least, and panels from which on an odd number is as good as an even one.</summary>
    private const int FewestItems = 4, FewestRows = 32, ManyPanels = 15;

    private readonly int vectors;
    private readonly int lanes;

    /// <summary>Plans C[m, n] += A[m, k] B[k, n] for vectors of some lanes of some bytes; in groups of rows, or row by row.</summary>
    public SparsePlan(int m, int n, int k, int lanes, int bytes, bool grouped)
    {
        this.lanes = lanes;
        vectors = (n + lanes - 1) / lanes;
        Panels = vectors > MostVectors ? Math.Min((vectors + UsualVectors - 1) / UsualVectors, vectors / FewestVectors)
            : grouped ? (vectors + MostGroupVectors - 1) / MostGroupVectors
            : Math.Max(1, Math.Min(2, vectors / FewestVectors));
        Width = (vectors + Panels - 1) / Panels * lanes;
        Step = Width * bytes;
        Depth = BlockedGemm.InnerLength(k);
        int most = grouped ? Math.Min(SparseGroups<float>.MostPlaces * Step, GroupSegmentBytes) : SegmentBytes;
        int segments = ((Depth * Step) + most - 1) / most;
        Segment = (Depth + segments - 1) / segments;
        RowsAtOnce = Math.Min(m, MostRows);
        RunsAtOnce = Math.Clamp(MostEntries / (RowsAtOnce * Depth), 1, (k + Depth - 1) / Depth);
    }

    /// <summary>Number of panels.</summary>
    public int Panels { get; }

    /// <summary>Columns from one row of a packed panel to the next, padding included.</summary>
    public int Width { get; }

    /// <summary>The same in bytes.</summary>
    public int Step { get; }

    /// <summary>Longest run of p between two roundings to C.</summary>
    public int Depth { get; }

    /// <summary>Longest run of p for which a panel stays in the first-level cache.</summary>
    public int Segment { get; }

    /// <summary>Rows listed at once.</summary>
    public int RowsAtOnce { get; }

    /// <summary>Largest share of elements other than zero for which skipping the zeros was measured faster than the dense product.</summary>
    public static double WorthwhileShare<T>() => typeof(T) == typeof(float) ? 0.7 : 0.55;

    /// <summary>Runs of p listed at once.</summary>
    public int RunsAtOnce { get; }

    /// <summary>Whether a product of this shape has columns enough for a panel, and rows and inner length enough to be worth listing.</summary>
    public static bool Fits(int m, int n, int k, int lanes) => n > (FewestVectors - 1) * lanes && m >= 8 && k >= 8;

    /// <summary>Segments of a run.</summary>
    public int Segments(int depth) => (depth + Segment - 1) / Segment;

    /// <summary>Parts that some rows are cut into, so that there are items enough to share out.</summary>
    public int Parts(int rows)
    {
        int parts = Panels % 2 == 1 && Panels < ManyPanels ? 2 : 1;
        return Math.Clamp(Math.Max(parts, (FewestItems + Panels - 1) / Panels), 1, (rows + FewestRows - 1) / FewestRows);
    }

    /// <summary>First vector of a panel; the first panels are one vector wider where the number does not divide.</summary>
    public int VectorsBefore(int panel) => (panel * (vectors / Panels)) + Math.Min(panel, vectors % Panels);

    /// <summary>Vectors of a panel.</summary>
    public int VectorsOf(int panel) => VectorsBefore(panel + 1) - VectorsBefore(panel);
}
