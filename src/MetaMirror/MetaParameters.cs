using System.Collections.Immutable;
using System.Numerics;

namespace MetaMirror;

/// <summary>One meta-parameter tensor inside <see cref="MetaParameters{T}"/>.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Place">Where it enters.</param>
/// <param name="Spec">Its declaration.</param>
/// <param name="Offset">First index in the flat vectors.</param>
public sealed record MetaParameterEntry<T>(MetaPlace Place, MetaParameterSpec<T> Spec, int Offset)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// All meta-parameters mu of a meta-learning problem as one flat vector, kept twice: raw (unconstrained, what the outer optimizer
/// moves) and natural (what rules and objectives read). Order: initial point, rule, objective.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class MetaParameters<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Single precision's rounding of a logarithm and back, with room; times 1 + |raw|, since a rounding of raw is that much of natural.</summary>
    private const double RestoreTolerance = 1e-5;

    private readonly T[] _raw;
    private readonly T[] _natural;
    private readonly int[] _placeStart = new int[4];

    /// <summary>Collects the declarations of the three places and sets every value to its start.</summary>
    /// <exception cref="ArgumentException">A name is used twice, a start has the wrong length, or it lies outside its transform's range or projection interval.</exception>
    public MetaParameters(
        IEnumerable<MetaParameterSpec<T>> initialPoint, IEnumerable<MetaParameterSpec<T>> rule, IEnumerable<MetaParameterSpec<T>> objective)
    {
        var entries = ImmutableArray.CreateBuilder<MetaParameterEntry<T>>();
        int offset = 0;
        foreach ((MetaPlace place, IEnumerable<MetaParameterSpec<T>> specs) in new[]
                 { (MetaPlace.InitialPoint, initialPoint), (MetaPlace.Rule, rule), (MetaPlace.Objective, objective) })
        {
            _placeStart[(int)place] = offset;
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (MetaParameterSpec<T> spec in specs)
            {
                if (!names.Add(spec.Name))
                    throw new ArgumentException($"Meta-parameter '{spec.Name}' is declared twice in {place}.", nameof(rule));
                if (spec.Initial.Length != 1 && spec.Initial.Length != spec.Length)
                    throw new ArgumentException($"Meta-parameter '{spec.Name}' has {spec.Initial.Length} start values, expected 1 or {spec.Length}.", nameof(rule));
                entries.Add(new MetaParameterEntry<T>(place, spec, offset));
                offset = checked(offset + spec.Length);
            }
        }

        _placeStart[3] = offset;
        Entries = entries.ToImmutable();
        _raw = new T[offset];
        _natural = new T[offset];
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            Span<T> natural = _natural.AsSpan(entry.Offset, entry.Spec.Length);
            if (entry.Spec.Initial.Length == 1)
                natural.Fill(entry.Spec.Initial[0]);
            else
                entry.Spec.Initial.AsSpan().CopyTo(natural);
        }

        SetNatural(_natural);
    }

    /// <summary>A copy with the same values.</summary>
    public MetaParameters(MetaParameters<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Entries = other.Entries;
        _placeStart = other._placeStart;
        _raw = [.. other._raw];
        _natural = [.. other._natural];
    }

    /// <summary>The tensors in order.</summary>
    public ImmutableArray<MetaParameterEntry<T>> Entries { get; }

    /// <summary>Number of scalar meta-parameters.</summary>
    public int Length => _raw.Length;

    /// <summary>Raw values, shape [Length].</summary>
    public ReadOnlySpan<T> Raw => _raw;

    /// <summary>Natural values, shape [Length].</summary>
    public ReadOnlySpan<T> Natural => _natural;

    /// <summary>Natural values of one place.</summary>
    public ReadOnlySpan<T> Of(MetaPlace place) => Slice(_natural, place);

    /// <summary>The part of a flat vector of length <see cref="Length"/> that belongs to one place.</summary>
    public Span<T> Slice(Span<T> flat, MetaPlace place) => flat[_placeStart[(int)place].._placeStart[(int)place + 1]];

    /// <summary>The part of a flat vector of length <see cref="Length"/> that belongs to one place.</summary>
    public ReadOnlySpan<T> Slice(ReadOnlySpan<T> flat, MetaPlace place) => flat[_placeStart[(int)place].._placeStart[(int)place + 1]];

    /// <summary>First index of a place in the flat vectors.</summary>
    public int StartOf(MetaPlace place) => _placeStart[(int)place];

    /// <summary>The tensors as a parameter layout, so that any update rule can move the raw values.</summary>
    public ParameterLayout ToLayout() => new(Entries.Select(e => ($"{e.Place}.{e.Spec.Name}", e.Spec.Shape.IsEmpty ? [1] : e.Spec.Shape.ToArray())));

    /// <summary>Sets raw values and recomputes natural ones.</summary>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void SetRaw(ReadOnlySpan<T> raw)
    {
        RequireLength(raw.Length, nameof(raw));
        raw.CopyTo(_raw);
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            for (int i = entry.Offset; i < entry.Offset + entry.Spec.Length; i++)
                _natural[i] = ToNatural(entry.Spec.Transform, _raw[i]);
        }
    }

    /// <summary>Sets both as they were saved: natural values that were given or projected are not what their raw values give, to the last bit.</summary>
    /// <exception cref="ArgumentException">A length differs, or a natural value is not what its raw value gives, up to rounding.</exception>
    internal void Restore(ReadOnlySpan<T> raw, ReadOnlySpan<T> natural)
    {
        RequireLength(raw.Length, nameof(raw));
        RequireLength(natural.Length, nameof(natural));
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            for (int i = entry.Offset; i < entry.Offset + entry.Spec.Length; i++)
            {
                T given = ToNatural(entry.Spec.Transform, raw[i]);
                if (!(T.Abs(natural[i] - given) <= T.CreateChecked(RestoreTolerance) * (T.One + T.Abs(raw[i])) * T.Abs(given)))
                    throw new ArgumentException($"Meta-parameter '{entry.Spec.Name}' has the raw value {raw[i]}, expected the natural value {given}, found {natural[i]}.", nameof(natural));
            }
        }

        raw.CopyTo(_raw);
        natural.CopyTo(_natural);
    }

    /// <summary>Sets natural values, projected to their intervals, and recomputes raw ones.</summary>
    /// <exception cref="ArgumentException">The length differs, or a value lies outside the range of its transform.</exception>
    public void SetNatural(ReadOnlySpan<T> natural)
    {
        RequireLength(natural.Length, nameof(natural));
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            for (int i = entry.Offset; i < entry.Offset + entry.Spec.Length; i++)
            {
                T value = Clamp(entry.Spec, natural[i]);
                T raw = ToRaw(entry.Spec.Transform, value);
                if (!T.IsFinite(raw))
                    throw new ArgumentException($"Meta-parameter '{entry.Spec.Name}' has the value {value}, which its transform {entry.Spec.Transform} can't hold.", nameof(natural));
                _natural[i] = value;
                _raw[i] = raw;
            }
        }
    }

    /// <summary>Projects every value to its interval. Values already inside keep their bits.</summary>
    public void Project()
    {
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            for (int i = entry.Offset; i < entry.Offset + entry.Spec.Length; i++)
            {
                T value = Clamp(entry.Spec, _natural[i]);
                if (value == _natural[i])
                    continue;
                _natural[i] = value;
                _raw[i] = ToRaw(entry.Spec.Transform, value);
            }
        }
    }

    /// <summary>raw gradient = natural gradient x d natural / d raw; zero where a tensor is not learned.</summary>
    public void PullBack(ReadOnlySpan<T> naturalGradient, Span<T> rawGradient)
    {
        RequireLength(naturalGradient.Length, nameof(naturalGradient));
        RequireLength(rawGradient.Length, nameof(rawGradient));
        foreach (MetaParameterEntry<T> entry in Entries)
        {
            for (int i = entry.Offset; i < entry.Offset + entry.Spec.Length; i++)
                rawGradient[i] = entry.Spec.Learned ? naturalGradient[i] * Slope(entry.Spec.Transform, _natural[i]) : T.Zero;
        }
    }

    private static T Clamp(MetaParameterSpec<T> spec, T value) =>
        double.IsInfinity(spec.Lower) && double.IsInfinity(spec.Upper)
            ? value
            : T.Min(T.Max(value, T.CreateSaturating(spec.Lower)), T.CreateSaturating(spec.Upper));

    private static T ToNatural(MetaTransform transform, T raw) => transform switch
    {
        MetaTransform.Log => T.Exp(raw),
        MetaTransform.Logit => T.One / (T.One + T.Exp(-raw)),
        _ => raw,
    };

    private static T ToRaw(MetaTransform transform, T natural) => transform switch
    {
        MetaTransform.Log => T.Log(natural),
        MetaTransform.Logit => T.Log(natural / (T.One - natural)),
        _ => natural,
    };

    private static T Slope(MetaTransform transform, T natural) => transform switch
    {
        MetaTransform.Log => natural,
        MetaTransform.Logit => natural * (T.One - natural),
        _ => T.One,
    };

    private void RequireLength(int length, string name)
    {
        if (length != Length)
            throw new ArgumentException($"{name} has length {length}, expected {Length} meta-parameters.", name);
    }
}
