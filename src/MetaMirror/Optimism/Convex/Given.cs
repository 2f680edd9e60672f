namespace MetaMirror.Optimism.Convex;

/// <summary>Numbers that callers give.</summary>
internal static class Given
{
    public static void Positive(double value, string name)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, "Expected a positive finite number.");
    }

    public static void SameLength(int expected, int found, string name)
    {
        if (found != expected)
            throw new ArgumentException($"Expected {expected} numbers, found {found}.", name);
    }

    public static void SupportedElement<T>()
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
            throw new NotSupportedException($"Convex runs work on float and double, not on {typeof(T).Name}.");
    }
}
