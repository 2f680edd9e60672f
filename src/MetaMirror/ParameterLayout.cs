using System.Collections.Immutable;

namespace MetaMirror;

/// <summary>One named tensor inside a flat parameter vector.</summary>
/// <param name="Name">Name as in a PyTorch <c>state_dict</c>, e.g. <c>0.weight</c>.</param>
/// <param name="Shape">Shape, row-major; a weight is out x in, a bias has one dimension.</param>
/// <param name="Offset">First index in the flat vector.</param>
public sealed record ParameterBlock(string Name, ImmutableArray<int> Shape, int Offset)
{
    /// <summary>Number of entries: the product of the shape.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>Rows of the matrix view (out x rest); a vector is one column.</summary>
    public int Rows => Shape.Length == 0 ? 1 : Shape[0];

    /// <summary>Columns of the matrix view (out x rest); 1 for a vector.</summary>
    public int Columns => Rows == 0 ? 0 : Length / Rows;

    /// <summary>True for a weight (two or more dimensions), false for a bias or scale.</summary>
    public bool IsMatrix => Shape.Length >= 2;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join('x', Shape)}]";
}

/// <summary>Names, shapes and places of all tensors of a flat parameter vector, in order and without holes.</summary>
public sealed class ParameterLayout
{
    private readonly Dictionary<string, ParameterBlock> _byName = new(StringComparer.Ordinal);

    /// <summary>Lays the tensors out one after the other.</summary>
    /// <exception cref="ArgumentException">A name is empty or used twice, or a size is negative.</exception>
    public ParameterLayout(params IEnumerable<(string Name, int[] Shape)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var blocks = ImmutableArray.CreateBuilder<ParameterBlock>();
        int offset = 0;
        foreach ((string name, int[] shape) in tensors)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(tensors));
            if (shape.Any(size => size < 0))
                throw new ArgumentException($"Tensor '{name}' has a negative size in its shape [{string.Join('x', shape)}].", nameof(tensors));
            var block = new ParameterBlock(name, [.. shape], offset);
            if (!_byName.TryAdd(name, block))
                throw new ArgumentException($"Tensor name '{name}' is used twice; names must differ.", nameof(tensors));
            blocks.Add(block);
            offset = checked(offset + block.Length);
        }

        Blocks = blocks.ToImmutable();
        Length = offset;
    }

    /// <summary>No tensors.</summary>
    public static ParameterLayout Empty { get; } = new();

    /// <summary>A layout of one vector named <paramref name="name"/>.</summary>
    public static ParameterLayout Vector(int length, string name = "theta") => new((name, [length]));

    /// <summary>The tensors in order.</summary>
    public ImmutableArray<ParameterBlock> Blocks { get; }

    /// <summary>Number of parameters.</summary>
    public int Length { get; }

    /// <summary>The tensor with this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ParameterBlock this[string name] => _byName.TryGetValue(name, out ParameterBlock? block)
        ? block
        : throw new ArgumentException($"The layout has no tensor '{name}'; it has {this}.", nameof(name));

    /// <summary>The tensor that holds entry <paramref name="index"/> of the flat vector.</summary>
    public ParameterBlock BlockAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        foreach (ParameterBlock block in Blocks)
        {
            if (index < block.Offset + block.Length)
                return block;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }

    /// <summary>Throws when a vector has not this layout's length.</summary>
    /// <exception cref="ArgumentException">The lengths differ; the message names both and the layout.</exception>
    public void RequireLength(int length, string what)
    {
        if (length != Length)
            throw new ArgumentException($"{what} has length {length}, expected {Length} ({this}).", what);
    }

    /// <summary>True if names, shapes and order are the same.</summary>
    public bool Matches(ParameterLayout other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Blocks.Length == other.Blocks.Length
            && Blocks.Zip(other.Blocks).All(p => string.Equals(p.First.Name, p.Second.Name, StringComparison.Ordinal) && p.First.Shape.AsSpan().SequenceEqual(p.Second.Shape.AsSpan()));
    }

    /// <summary>True if these are the layers of other widths: as many tensors, each of as many dimensions, those beyond the first two (kernels) the same.</summary>
    /// <param name="other">The other layout.</param>
    public bool HasLayersOf(ParameterLayout other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Blocks.Length == other.Blocks.Length
            && Blocks.Zip(other.Blocks).All(p => p.First.Shape.Length == p.Second.Shape.Length && p.First.Shape.Skip(2).SequenceEqual(p.Second.Shape.Skip(2)));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" + ", Blocks);
}
