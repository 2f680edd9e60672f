using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MetaMirror.Numerics;

/// <summary>
/// A product whose left factor has many exact zeros: rows of op(A) are listed without them, then panels of op(B) are packed one by one, and
/// every row runs along its list over the panel: four rows together where there are registers enough. The lists are shared; panels, and parts of the rows, are shared out.
/// </summary>
internal sealed unsafe class SparseGemm<T, TVector, TSimd>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TVector : struct
    where TSimd : ISimd<T, TVector>
{
    /// <summary>Rows listed by one item.</summary>
    private const int ListedRows = 32;

    [ThreadStatic]
    private static SparseGemm<T, TVector, TSimd>? instance;

    private readonly Action<int, int> listing, products;
    private SparsePlan plan;
    private Strided<T> a, b, c;
    private T alpha, beta;
    private int n, k, run, runs, rows, lists, parts;
    private long[] entries = [];
    private T[] values = [];
    private byte[] places = [];
    private int[] starts = [];

    private SparseGemm() => (listing, products) = (List, Multiply);

    /// <summary>C[m, n] ← α A B + β C; C has column stride 1. The shape must fit (<see cref="SparsePlan.Fits"/>).</summary>
    public static void Multiply(WorkerTeam? team, int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, Strided<T> c)
    {
        // Taken out while in use: a body that multiplies again on this thread then gets its own.
        SparseGemm<T, TVector, TSimd> job = instance ?? new SparseGemm<T, TVector, TSimd>();
        instance = null;
        job.Run(team, m, n, k, alpha, a, b, beta, c);
        instance = job;
    }

    /// <summary>Whether rows go through in groups.</summary>
    private static bool Grouped => TSimd.TileRows == 8;

    /// <summary>Words of a list; whole vectors are stored at its end.</summary>
    private int ListLength => (ListedRows * plan.Depth * SparseEntries<T>.Words) + Vector512<long>.Count;

    private int ValuesLength => ListedRows * plan.Depth;

    private int PlacesLength => (ListedRows / SparseGroups<T>.Rows * plan.Depth) + SparseGroups<T>.Lanes;

    private int StartLength => Grouped
        ? ListedRows / SparseGroups<T>.Rows * plan.Segments(plan.Depth) * SparseGroups<T>.Patterns
        : ListedRows * (plan.Segments(plan.Depth) + 1);

    private void Run(WorkerTeam? team, int m, int columns, int inner, T factor, Strided<T> left, Strided<T> right, T old, Strided<T> output)
    {
        plan = new SparsePlan(m, columns, inner, TSimd.Count, sizeof(T), Grouped);
        (n, k, alpha, beta, b) = (columns, inner, factor, old, right);
        Reserve();
        int all = (inner + plan.Depth - 1) / plan.Depth;
        for (run = 0; run < all; run += plan.RunsAtOnce)
        {
            runs = Math.Min(plan.RunsAtOnce, all - run);
            for (int i = 0; i < m; i += plan.RowsAtOnce)
            {
                rows = Math.Min(plan.RowsAtOnce, m - i);
                lists = (rows + ListedRows - 1) / ListedRows;
                parts = team is null || team.Threads == 1 ? 1 : plan.Parts(rows);
                (a, c) = (left.From(i, 0), output.From(i, 0));
                TeamItems.Run(team, runs * lists, listing);
                TeamItems.Run(team, plan.Panels * parts, products);
            }
        }
    }

    private void Reserve()
    {
        int most = (plan.RowsAtOnce + ListedRows - 1) / ListedRows * plan.RunsAtOnce;
        if (Grouped)
        {
            Reserve(ref values, most * ValuesLength);
            Reserve(ref places, most * PlacesLength);
        }
        else
        {
            Reserve(ref entries, most * ListLength);
        }

        Reserve(ref starts, most * StartLength);
    }

    private static void Reserve<TElement>(ref TElement[] memory, int length)
    {
        if (memory.Length < length)
            memory = GC.AllocateUninitializedArray<TElement>(length, pinned: true);
    }

    private int DepthOf(int p) => Math.Min(plan.Depth, k - (p * plan.Depth));

    private void List(int item, int worker)
    {
        int first = item % lists * ListedRows, p = run + (item / lists);
        Strided<T> left = a.From(first, (nint)p * plan.Depth);
        int several = Math.Min(ListedRows, rows - first);
        if (Grouped)
            SparseGroups<T>.List(left, several, DepthOf(p), plan.Segment, ValuesOf(item), PlacesOf(item), StartsOf(item));
        else
            SparseEntries<T>.List(left, several, DepthOf(p), plan.Segment, plan.Step, EntriesOf(item), StartsOf(item));
    }

    /// <summary>Some rows of a panel, run after run.</summary>
    private void Multiply(int item, int worker)
    {
        int panel = item / parts, part = item % parts;
        int column = plan.VectorsBefore(panel) * TSimd.Count, vectors = plan.VectorsOf(panel), used = Math.Min(n - column, vectors * TSimd.Count);
        int from = (int)((long)part * lists / parts), to = (int)((long)(part + 1) * lists / parts);
        T* packed = PackingBuffer.Get<T>((plan.Depth + plan.RowsAtOnce + SparseGroups<T>.Rows) * plan.Width);
        for (int p = run; p < run + runs; p++)
        {
            Panel.Pack(b.From((nint)p * plan.Depth, column), DepthOf(p), used, plan.Width, packed);
            Multiply(p, from, to, packed, column, vectors, used);
        }
    }

    /// <summary>Some rows of a packed panel, segment after segment.</summary>
    private void Multiply(int p, int from, int to, T* packed, int column, int vectors, int used)
    {
        int width = vectors * TSimd.Count, segments = plan.Segments(DepthOf(p));
        T factor = p == 0 ? beta : T.One;
        T* sums = packed + (plan.Depth * plan.Width);
        for (int s = 0; s < segments; s++)
        {
            bool last = s == segments - 1;
            for (int list = from; list < to; list++)
            {
                int first = list * ListedRows, several = Math.Min(ListedRows, rows - first), place = ((p - run) * lists) + list;
                T* unfinished = sums + ((nint)(first - (from * ListedRows)) * width);
                var output = last && used == width
                    ? new TileOutput<T>(c.Start + (first * c.Row) + column, c.Row, alpha, factor, !T.IsZero(factor))
                    : new TileOutput<T>(unfinished, width, T.One, T.Zero, readsC: false);
                T* segment = packed + (s * plan.Segment * plan.Width), before = s == 0 ? null : unfinished;
                if (Grouped)
                    Groups(vectors, several, place, s, DepthOf(p), segment, before, output);
                else
                    Tile(vectors, several, EntriesOf(place), StartsOf(place) + s, segments + 1, segment, before, output);
                if (last && used < width)
                    Finish(unfinished, width, several, used, factor, c.From(first, column));
            }
        }
    }

    private void Groups(int vectors, int several, int place, int s, int depth, T* segment, T* unfinished, in TileOutput<T> output)
    {
        T* first = ValuesOf(place) + (s * plan.Segment * SparseGroups<T>.Rows);
        byte* panel = (byte*)segment, listed = PlacesOf(place);
        int* ends = StartsOf(place) + (s * SparseGroups<T>.Patterns);
        int apart = depth * SparseGroups<T>.Rows, stride = plan.Segments(depth) * SparseGroups<T>.Patterns, step = plan.Step;
        switch (vectors)
        {
            case 3:
                SparseGroupTile<T, TVector, TSimd, ThreeVectors>.Rows(several, first, apart, listed, ends, stride, panel, step, unfinished, output);
                break;
            case 4:
                SparseGroupTile<T, TVector, TSimd, FourVectors>.Rows(several, first, apart, listed, ends, stride, panel, step, unfinished, output);
                break;
            case 5:
                SparseGroupTile<T, TVector, TSimd, FiveVectors>.Rows(several, first, apart, listed, ends, stride, panel, step, unfinished, output);
                break;
            case 6:
                SparseGroupTile<T, TVector, TSimd, SixVectors>.Rows(several, first, apart, listed, ends, stride, panel, step, unfinished, output);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Tile(int vectors, int several, long* list, int* from, int stride, T* segment, T* unfinished, in TileOutput<T> output)
    {
        switch (vectors)
        {
            case 4:
                SparseTile<T, TVector, TSimd, FourVectors>.Rows(several, list, from, stride, (byte*)segment, unfinished, output);
                break;
            case 5:
                SparseTile<T, TVector, TSimd, FiveVectors>.Rows(several, list, from, stride, (byte*)segment, unfinished, output);
                break;
            case 6:
                SparseTile<T, TVector, TSimd, SixVectors>.Rows(several, list, from, stride, (byte*)segment, unfinished, output);
                break;
            case 7:
                SparseTile<T, TVector, TSimd, SevenVectors>.Rows(several, list, from, stride, (byte*)segment, unfinished, output);
                break;
            case 8:
                SparseTile<T, TVector, TSimd, EightVectors>.Rows(several, list, from, stride, (byte*)segment, unfinished, output);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Chains of a panel whose last vector is not whole: they go to C through a padded vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(T* unfinished, int width, int several, int used, T factor, Strided<T> output)
    {
        T* padded = stackalloc T[TSimd.Count];
        bool readsC = !T.IsZero(factor);
        int whole = used - (used % TSimd.Count);
        for (nint i = 0; i < several; i++, unfinished += width)
        {
            T* target = output.Start + (i * output.Row);
            var tile = new TileOutput<T>(target, 0, alpha, factor, readsC);
            for (int j = 0; j < whole; j += TSimd.Count)
                tile.Store<TVector, TSimd>(target + j, TSimd.Load(unfinished + j));
            for (int j = whole; readsC && j < used; j++)
                padded[j - whole] = target[j];
            tile.Store<TVector, TSimd>(padded, TSimd.Load(unfinished + whole));
            for (int j = whole; j < used; j++)
                target[j] = padded[j - whole];
        }
    }

    private long* EntriesOf(int place) => (long*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(entries)) + ((nint)place * ListLength);

    private T* ValuesOf(int place) => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(values)) + ((nint)place * ValuesLength);

    private byte* PlacesOf(int place) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(places)) + ((nint)place * PlacesLength);

    private int* StartsOf(int place) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(starts)) + ((nint)place * StartLength);
}
